// How bad air builds up in one room (facts: single-zone model, section 3). Pure.

export type Room = {
  /** Volume in m3. */
  volume: number
  /** Air changes an hour. */
  ventilation: number
}

/** CO in ppm after `minutes`, from 0, with a source of `litresPerHour` of CO. */
export function coPpm(room: Room, litresPerHour: number, minutes: number): number {
  const steady = (litresPerHour / 1000 / (room.volume * room.ventilation)) * 1e6
  return steady * (1 - Math.exp((-room.ventilation * minutes) / 60))
}

/** Methane in %LEL (5.0 vol % = 100 %LEL) after `minutes`, from 0, with a leak of `cubicMetresPerHour`. */
export function gasLel(room: Room, cubicMetresPerHour: number, minutes: number): number {
  const volPercent =
    100 *
    (cubicMetresPerHour / (room.volume * room.ventilation)) *
    (1 - Math.exp((-room.ventilation * minutes) / 60))
  return Math.min(100, (100 * volPercent) / 5)
}

/** What remains of a concentration after the windows were opened (`ventilation` 5 an hour or more). */
export const aired = (start: number, ventilation: number, minutes: number): number =>
  start * Math.exp((-ventilation * minutes) / 60)

/** facts 3.1: charcoal brazier in a bedroom of 25 m3, 42.9 L/h of CO. */
export const brazier = { room: { volume: 25, ventilation: 0.5 }, litresPerHour: 42.9 }
/** facts 3.2: a hose off, 2 m3/h of methane into a kitchen of 20 m3. */
export const hoseOff = { room: { volume: 20, ventilation: 1 }, cubicMetresPerHour: 2 }
