// A number of a rule: what it is by default, how far it may be moved, where it comes from, and how it is said.
import { Type } from 'typebox'
import { LocalTime } from './primitives.ts'

/** `{}` in `zh` and `en` stands for the number, on the page where each rule is a plain sentence. */
export type Said = { zh: string; en: string; source: string }

/** @param range the bounds that safety allows: a page or a file can go no further */
export const number = (value: number, range: readonly [number, number], said: Said) =>
  Type.Number({ default: value, minimum: range[0], maximum: range[1], ...said })

export const whole = (value: number, range: readonly [number, number], said: Said) =>
  Type.Integer({ default: value, minimum: range[0], maximum: range[1], ...said })

export const yes = (said: Said) => Type.Boolean({ default: true, ...said })

/** A time of day, HH:MM. */
export const clock = (value: string, said: Said) =>
  Type.Unsafe<string>({ ...LocalTime, default: value, ...said })
