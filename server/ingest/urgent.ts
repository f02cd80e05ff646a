import { parseTopic, upKinds } from '#contract/topics.ts'
import { parse } from './parse.ts'
import { rankOf } from './rank.ts'

/**
 * Whether this message is let in while too many of others wait: a hazard or a check-in, by its body. Pure; `now` in
 * epoch ms.
 */
export function isUrgent(topic: string, payload: Buffer, now: number): boolean {
  const said = parseTopic(topic)?.kind
  const kind = upKinds.find((one) => one === said)
  // Which device it is matters only to an alarm that cannot be read, which is urgent from any.
  return kind !== undefined && rankOf(parse({ kind, deviceKind: 'co', payload }), now) !== 'rest'
}
