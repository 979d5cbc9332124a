/** Where each stage is full. */
import { demandOf } from "./demand";
import type { Stage } from "./stages";
import { copes, most, type Station } from "./station";

/** More people than there are. */
const EVERYBODY = 10_000_000_000;

export interface Saturation {
  stage: Stage;
  /** Stations with the people they cope with, the fullest first. */
  stations: { station: Station; people: number }[];
  /** The most that all cope with. */
  people: number;
}

export function saturationOf(stage: Stage): Saturation {
  const stations = stage.stations
    .map((station) => ({ station, people: most((people) => copes(station, demandOf(people)), EVERYBODY) }))
    .sort((a, b) => a.people - b.people);
  return { stage, stations, people: stations[0]?.people ?? EVERYBODY };
}
