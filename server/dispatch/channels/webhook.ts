// A signed POST to an address of the operator's own, from where it goes to a telephone, a robot or a siren.
import { createHmac } from 'node:crypto'
import type { Log } from '#db/log.ts'
import type { Channel, Delivery, Message } from './channel.ts'

/**
 * Any 2xx is `sent`, 410 is `gone`, everything else is tried again. A redirect is not followed: whoever can answer for
 * the old address could otherwise send our alarms anywhere.
 */
export function createWebhookChannel({ timeoutMs, log }: { timeoutMs: number; log: Log }): Channel {
  return {
    async tell(message, { address, secret }) {
      const url = address === null ? undefined : urlOf(address)
      if (!url || !secret) return refused(message, 'without an address or a secret', log)
      const body = bodyOf(message)
      try {
        const answer = await fetch(url, {
          method: 'POST',
          redirect: 'manual',
          signal: AbortSignal.timeout(timeoutMs),
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'cp-signature': signature({ body, secret, sentAt: message.sentAt }),
            // the same for every attempt: whoever receives it twice can tell
            'idempotency-key': `telling-${message.tellingId}`,
          },
          body,
        })
        await answer.body?.cancel()
        return deliveryOf(answer.status)
      } catch (error) {
        // no name and no address in a log: the telling leads to the contact point
        log.warn({ tellingId: message.tellingId, problem: problemOf(error) }, 'a webhook did not answer')
        return 'retry'
      }
    },
  }
}

/** `t` in seconds since 1970; `v1` is HMAC-SHA256 over `t`, a dot and the body, in hex. */
export function signature({
  body,
  secret,
  sentAt,
}: {
  body: string
  secret: string
  sentAt: number
}): string {
  const seconds = Math.floor(sentAt / 1000)
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${digest}`
}

/** No name of a resident, no reading: the text says where and what, as on a pager. */
function bodyOf(message: Message): string {
  const { tellingId, incidentId, communityId, personId, purpose, kind, stage, origin, homeLabel, text } =
    message
  return JSON.stringify({
    type: 'telling',
    tellingId,
    incidentId,
    communityId,
    personId,
    purpose,
    kind,
    stage,
    origin,
    homeLabel,
    text,
  })
}

function deliveryOf(status: number): Delivery {
  if (status >= 200 && status < 300) return 'sent'
  return status === 410 ? 'gone' : 'retry'
}

function refused({ tellingId }: Message, problem: string, log: Log): Delivery {
  log.warn({ tellingId, problem }, 'a webhook cannot be used')
  return 'gone'
}

function urlOf(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url : undefined
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return code || error.name
}
