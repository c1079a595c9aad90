import numberingPlans from 'libphonenumber-js/metadata.max';

/** ISO 3166-1 alpha-2 codes of the countries and territories that have a numbering plan. Kosovo is `XK`. */
export const countryCodes = Object.keys(numberingPlans.countries);
