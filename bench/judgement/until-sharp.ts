// Year after year until what they give is sharp.

export type Pace = {
  seed: number
  yearsMin: number
  secondsMax: number
  now: () => number
}

/** Lives years (`seed`, and the how manieth it is) until every printed figure is sharp or the time is over. */
export function untilSharp(
  { seed, yearsMin, secondsMax, now }: Pace,
  years: { live: (seed: number, nth: number) => void; areSharp: () => boolean },
): void {
  const endsAt = now() + secondsMax * 1000
  for (let nth = 0; nth < yearsMin || (!years.areSharp() && now() < endsAt); nth += 1)
    years.live(seed + nth, nth)
}
