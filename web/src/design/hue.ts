/** A hue of 0 to 359 for an id, the same everywhere; steps of 15°, so that neighbours can be told apart. */
export const hueOf = (id: string): number => {
  let hash = 2166136261;
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 16777619);
  return ((hash >>> 0) % 24) * 15;
};
