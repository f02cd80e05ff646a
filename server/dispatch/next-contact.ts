// By which channel a person is tried next. Pure.

export type ContactPoint = {
  personId: number
  channel: 'page' | 'webhook'
  address: string | null
  secret: string | null
  position: number
}

/** Names a contact point of one person in `telling.channel` and `telling.tried`. */
export const keyOf = ({ channel, position }: ContactPoint): string => `${channel}-${position}`

/** Why a contact point was left; `unconfirmed` is a page that never said that it rang. */
export type Left = 'retry' | 'gone' | 'notInFront' | 'unconfirmed'

/** One entry of `telling.tried`, in the order of the attempts: `page-1:notInFront`. */
export const triedAs = (key: string, left: Left): string => `${key}:${left}`

/** An open page needs no entry anywhere: whoever looks at it can be rung. */
export function contactsOf(personId: number, points: readonly ContactPoint[]): ContactPoint[] {
  const own = points.filter((point) => point.personId === personId)
  const page: ContactPoint = { personId, channel: 'page', address: null, secret: null, position: 1 }
  const all = own.some(({ channel }) => channel === 'page') ? own : [...own, page]
  return all.toSorted((a, b) => a.position - b.position || rank(a) - rank(b))
}

const rank = ({ channel }: ContactPoint) => (channel === 'page' ? 0 : 1)

export type Asked = {
  state: 'due' | 'sending'
  channel: string | null
  tried: readonly string[]
  attempts: number
  /** When a page was rung that has not said so (epoch ms). */
  sentAt: number | null
}

export type Way = {
  /** Undefined when no way is left. */
  contact: ContactPoint | undefined
  tried: string[]
  /** A page was passed over: nobody looks at it, or it cannot sound (safety 2). */
  skipsPage: boolean
  /** Nobody else is untried: after a failure there is nothing to do but wait. */
  isLast: boolean
}

/** @param isProved whether an open page of this person proved itself just now */
export function chooseWay(
  asked: Asked,
  how: { contacts: readonly ContactPoint[]; isProved: boolean; attemptsMax: number },
): Way {
  const { contacts, isProved, attemptsMax } = how
  const tried = [...asked.tried]
  const usable = (contact: ContactPoint) => contact.channel !== 'page' || isProved
  if (asked.attempts >= attemptsMax) return { contact: undefined, tried, skipsPage: false, isLast: true }
  if (asked.state === 'sending' && asked.channel !== null) {
    // a crash in mid-send: the same way again, for nobody knows whether it went out
    const same = contacts.find((contact) => keyOf(contact) === asked.channel && usable(contact))
    if (asked.sentAt === null && same)
      return { contact: same, tried, skipsPage: false, isLast: isLast(contacts, tried, same) }
    // it was rung, and the time to say so is over
    if (asked.sentAt !== null) tried.push(triedAs(asked.channel, 'unconfirmed'))
  }
  const before = tried.length
  let contact = nextContact(contacts, tried)
  while (contact && !usable(contact)) {
    tried.push(triedAs(keyOf(contact), 'notInFront'))
    contact = nextContact(contacts, tried)
  }
  return { contact, tried, skipsPage: tried.length > before, isLast: isLast(contacts, tried, contact) }
}

/**
 * Everyone once, in order; then again those that only could not at that moment. So a contact point that is broken
 * delays the next one by nothing.
 */
export function nextContact(
  contacts: readonly ContactPoint[],
  tried: readonly string[],
): ContactPoint | undefined {
  const keys = tried.map((entry) => entry.slice(0, entry.lastIndexOf(':')))
  const fresh = contacts.find((contact) => !keys.includes(keyOf(contact)))
  if (fresh) return fresh
  const leftBecause = (contact: ContactPoint) =>
    tried.filter((entry) => entry.startsWith(`${keyOf(contact)}:`)).map((entry) => entry.split(':')[1])
  return contacts
    .filter((contact) => leftBecause(contact).every((left) => left === 'retry'))
    .toSorted((a, b) => keys.lastIndexOf(keyOf(a)) - keys.lastIndexOf(keyOf(b)))[0]
}

function isLast(
  contacts: readonly ContactPoint[],
  tried: readonly string[],
  current: ContactPoint | undefined,
): boolean {
  const isUntried = (contact: ContactPoint) => !tried.some((entry) => entry.startsWith(`${keyOf(contact)}:`))
  return !contacts.some((contact) => contact !== current && isUntried(contact))
}
