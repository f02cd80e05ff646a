import type { DeviceKind } from '#contract/primitives.ts'
import type { UpKind } from '#contract/topics.ts'
import { readFact, unreadableFact, type Fact } from './facts.ts'
import { isInstant } from './instant.ts'
import type { Problem } from './message.ts'
import type { Body } from './salvage.ts'

/** The device's own marks on a message. Times are epoch ms. */
export type Envelope = {
  id: string | null
  boot: string | null
  seq: number | null
  deviceTime: number | null
  /** The element it senses with. */
  sensor: string | null
}

export type Parsed = Envelope & { kind: UpKind; fact: Fact; problems: Problem[] }

/**
 * Reads one body. Never fails: members that cannot be read are left out and named in `problems`, and what cannot be
 * read at all still counts on the topics where silence would be worse (safety 9).
 */
export function parse(message: { kind: UpKind; deviceKind: DeviceKind; payload: Buffer }): Parsed {
  const { kind, deviceKind, payload } = message
  const body = objectIn(payload)
  if (typeof body === 'string') {
    return {
      ...noEnvelope,
      kind,
      fact: unreadableFact(kind, deviceKind, {}),
      problems: [{ reason: 'unreadable', detail: body }],
    }
  }
  const problems: Problem[] = []
  const clean = withoutBadMarks(body, problems)
  const envelope = {
    id: (clean['id'] as string | undefined) ?? null,
    boot: (clean['boot'] as string | undefined) ?? null,
    seq: (clean['seq'] as number | undefined) ?? null,
    deviceTime: (clean['time'] as number | undefined) ?? null,
    sensor: (clean['sensor'] as string | undefined) ?? null,
  }
  const fact = readFact[kind](clean, problems) ?? unreadableFact(kind, deviceKind, clean)
  return { ...envelope, kind, fact, problems }
}

const noEnvelope: Envelope = { id: null, boot: null, seq: null, deviceTime: null, sensor: null }

/** The JSON object of a payload, or one phrase that says why there is none. */
function objectIn(payload: Buffer): Body | string {
  if (payload.length === 0) return 'the body is empty'
  try {
    const value: unknown = JSON.parse(utf8.decode(payload))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'the body is no JSON object'
    return value as Body
  } catch {
    return 'the body is no JSON in UTF-8'
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** PostgreSQL keeps no NUL and no half characters; a time beyond the year 9999 is nobody's. */
const marks = {
  id: (value: unknown) => isPlainText(value, 64),
  boot: (value: unknown) => isPlainText(value, 32),
  seq: (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
  time: isInstant,
  sensor: (value: unknown) => isPlainText(value, 64),
} as const
const markNames = ['id', 'boot', 'seq', 'time', 'sensor'] as const

function isPlainText(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= charsMax && !notStorable.test(value)
}

// oxlint-disable-next-line no-control-regex -- NUL is what it is for
const notStorable = /[\0\p{Surrogate}]/u

/** A bad `id` or `time` must not cost the reading that it came with. */
function withoutBadMarks(body: Body, problems: Problem[]): Body {
  const bad = markNames.filter((name) => body[name] !== undefined && !marks[name](body[name]))
  if (bad.length === 0) return body
  for (const name of bad)
    if (body[name] !== null) problems.push({ reason: 'unreadable', detail: `${name} cannot be used` })
  return { ...body, ...Object.fromEntries(bad.map((name) => [name, undefined])) }
}
