// The one interface behind which every way to reach a person stands, with a closed set of results.
import type { IncidentKind, Language, Origin, Stage } from '#contract/primitives.ts'

/** Ids and words; a channel that leaves the house carries no name. */
export type Message = {
  tellingId: number
  incidentId: number
  communityId: number
  personId: number
  kind: IncidentKind
  stage: Stage
  purpose: 'alarm' | 'inform'
  origin: Origin
  homeLabel: string
  /** One sentence in the language of the person (words.ts). */
  text: string
  language: Language
  /** When this attempt is made, epoch ms. */
  sentAt: number
}

export type Contact = { address: string | null; secret: string | null }

/**
 * `sent`: it was taken over (a page has yet to say that it did ring). `retry`: not now. `gone`: this contact point
 * does not work any more. `notInFront`: no open page of this person can be seen and heard.
 */
export type Delivery = 'sent' | 'retry' | 'gone' | 'notInFront'

export type Channel = { tell(message: Message, contact: Contact): Promise<Delivery> }
