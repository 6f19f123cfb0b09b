const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** At most `length` UTF-16 units of the text, and never half of a code point. */
export const cutAtCodePoint = (text: string, length: number): string => {
  const cut = text.slice(0, length);
  return length < text.length && isHighSurrogate(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut;
};
