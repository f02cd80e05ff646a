// What went wrong before, or inside, a handler becomes a refusal; only our own faults are logged as errors.
import type { FastifyError, FastifyInstance } from 'fastify'
import type { Log } from '#db/log.ts'
import { answerRefusal, refused, type Refused } from './refusals.ts'

export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const refusal = refusalFor(error)
    if (refusal.code === 'away')
      log.error({ route: request.routeOptions.url, requestId: request.id, err: error }, 'a request failed')
    return answerRefusal(reply, refusal)
  })
}

function refusalFor(error: FastifyError): Refused {
  if (error.validation) {
    const where = error.validation.map(fieldOf).filter((name) => name !== '')
    const names = [...new Set(where)].join(', ')
    return refused('bad_request', {
      zh: `填写的内容有问题，请检查：${names || error.validationContext}。`,
      en: `Please check: ${names || error.validationContext}.`,
    })
  }
  if (error.statusCode === 413) return refused('bad_request', { zh: '内容太长了。', en: 'That is too long.' })
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return refused('bad_request')
  // SQLSTATE class 22: a value that passed the schema and yet is no date, no number or no text to PostgreSQL
  if (/^22\w{3}$/.test(error.code)) return refused('bad_request')
  return refused('away')
}

type Problem = { instancePath: string; params?: Record<string, unknown> }

/** The member that is wrong, or is missing. */
function fieldOf({ instancePath, params }: Problem): string {
  const missing = params?.['requiredProperties']
  const inside = instancePath.split('/').filter((part) => part !== '')
  return [...inside, ...(Array.isArray(missing) ? missing : [])].join('.')
}
