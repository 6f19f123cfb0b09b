const THOUSANDS = /\B(?=(\d{3})+$)/g;

/** A quantity people can compare: whole with separators from 100 on, else with two decimals. */
export const showQuantity = (quantity: number): string => {
  if (quantity >= 100) return quantity.toFixed(0).replace(THOUSANDS, ',');
  return Number.isInteger(quantity) ? String(quantity) : quantity.toFixed(2);
};

/** Dollars to the cent; what is less than half a cent says so. */
export const showUsd = (usd: number): string => {
  if (usd > 0 && usd < 0.005) return '< 0.01';
  const [whole = '', cents = ''] = usd.toFixed(2).split('.');
  return `${whole.replace(THOUSANDS, ',')}.${cents}`;
};

export const showShare = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A quantity with its unit, which is given in the plural. */
export const showAmount = (quantity: number, units: string): string =>
  `${showQuantity(quantity)} ${quantity === 1 ? units.replace(/s$/, '') : units}`;
