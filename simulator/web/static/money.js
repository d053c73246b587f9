// Tiyin as sum, by the digits alone: no number in here is ever a fraction.
export const sumOf = (typed, { group, decimal, currency }) => {
  const text = typed.replace(/\s/g, "");
  if (!/^-?[0-9]{1,15}$/.test(text)) return "";
  const digits = text.replace(/^-?0*(?=[0-9])/, "").padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=([0-9]{3})+$)/g, group);
  const sign = text.startsWith("-") ? "\u2212" : "";
  return `${sign}${whole}${decimal}${digits.slice(-2)}\u00a0${currency}`;
};
