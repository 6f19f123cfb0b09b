/** The 57 values of `webhookEvent` that Atlassian documents, by subject. Others are taken too. */
export const EVENT_NAMES = {
  issue: ['jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted'],
  issue_property: ['issue_property_set', 'issue_property_deleted'],
  worklog: ['worklog_created', 'worklog_updated', 'worklog_deleted'],
  comment: ['comment_created', 'comment_updated', 'comment_deleted'],
  attachment: ['attachment_created', 'attachment_deleted'],
  issue_link: ['issuelink_created', 'issuelink_deleted'],
  issue_type: ['issuetype_created', 'issuetype_updated', 'issuetype_deleted'],
  project: [
    'project_created',
    'project_updated',
    'project_deleted',
    'project_soft_deleted',
    'project_restored_deleted',
    'project_archived',
    'project_restored_archived',
  ],
  version: [
    'jira:version_created',
    'jira:version_updated',
    'jira:version_deleted',
    'jira:version_released',
    'jira:version_unreleased',
    'jira:version_moved',
    'jira:version_merged',
  ],
  filter: ['filter_created', 'filter_updated', 'filter_deleted'],
  user: ['user_created', 'user_updated', 'user_deleted'],
  option: [
    'option_voting_changed',
    'option_watching_changed',
    'option_unassigned_issues_changed',
    'option_subtasks_changed',
    'option_issuelinks_changed',
    'option_timetracking_changed',
    'option_timetracking_provider_changed',
  ],
  sprint: ['sprint_created', 'sprint_updated', 'sprint_deleted', 'sprint_started', 'sprint_closed'],
  board: ['board_created', 'board_updated', 'board_deleted', 'board_configuration_changed'],
  app_access: ['app_access_to_objects_blocked', 'app_access_to_objects_in_container_blocked'],
  expression: ['jira_expression_evaluation_failed'],
} as const;

const known: ReadonlySet<string> = new Set(Object.values(EVENT_NAMES).flat());

/** True for a name that Atlassian documents. Deliveries with other names are taken too. */
export const isKnownEvent = (name: string): boolean => known.has(name);
