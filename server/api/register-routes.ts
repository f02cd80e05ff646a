// Puts every route of the contract's table on the server: schema, admission, handler, reply.
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { Refusal, routes, type Route, type RouteName } from '#contract/routes.ts'
import type { Clock } from '#clock/clock.ts'
import { admissionOf, slotOf, type AdmissionSettings, type Caller } from './admission.ts'
import type { Asked, Handler, Handlers, SessionOfCall } from './handler.ts'
import { answerRefusal, Refused, refused } from './refusals.ts'
import { replyWriter } from './reply-check.ts'
import { comesFromOurselves, isJsonWrite } from './same-origin.ts'
import { beginSession, cookieForSlot, cookieOf, endSessionOf, noCookie } from './session.ts'

export type RouteSettings = AdmissionSettings & {
  clock: Clock
  secureCookies: boolean
  /** The public origin, where a proxy in front changes the Host header. */
  ownOrigin?: string | undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | undefined
  }
}

export function registerRoutes(app: FastifyInstance, settings: RouteSettings, handlers: Handlers): void {
  app.decorateRequest('caller', undefined)
  for (const name of Object.keys(routes) as RouteName[]) registerRoute(app, settings, { name, handlers })
}

function registerRoute(
  app: FastifyInstance,
  settings: RouteSettings,
  { name, handlers }: { name: RouteName; handlers: Handlers },
): void {
  const route: Route = routes[name]
  const { recognise, admit } = admissionOf(settings, route)
  // The table gives each name its own types; a loop over the names can only know that the pair belongs together.
  const handle = handlers[name] as Handler<RouteName>
  app.route({
    method: route.method,
    url: route.path,
    schema: schemaOf(name, route),
    validatorCompiler: TypeBoxValidatorCompiler,
    serializerCompiler: ({ schema }) => replyWriter(schema as unknown as TSchema),
    // before the body is read: a stranger learns nothing, not even from a 400
    onRequest: async (request, reply) => {
      const found = foreignWrite(request, settings) ?? (await recognise(request, settings.clock.now()))
      if (found instanceof Refused) await answerRefusal(reply, found)
      else request.caller = found
    },
    handler: async (request, reply) => {
      const now = settings.clock.now()
      const caller = request.caller ?? {}
      const answer =
        (await admit(caller, idOf(request), now)) ??
        (await handle(askedOf(request, reply, { settings, now })))
      return answer instanceof Refused ? answerRefusal(reply, answer) : answer
    },
  })
}

function foreignWrite(request: FastifyRequest, { ownOrigin }: RouteSettings): Refused | undefined {
  if (!comesFromOurselves(request, ownOrigin)) return refused('forbidden', fromElsewhere)
  return isJsonWrite(request) ? undefined : refused('bad_request', notJson)
}

const fromElsewhere = {
  zh: '请在本系统的页面上操作。',
  en: 'Please do this on the pages of this service.',
}
const notJson = {
  zh: '请求须为 JSON（content-type: application/json）。',
  en: 'A write has to be JSON (content-type: application/json).',
}

function idOf({ params }: FastifyRequest): number | undefined {
  const { id } = (params ?? {}) as { id?: number }
  return id
}

function askedOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { settings, now }: { settings: RouteSettings; now: number },
): Asked<RouteName> {
  const { params, query, body } = request
  const { caller, ip } = request
  // checked by the schema of this very route
  return {
    params,
    query,
    body: body ?? {},
    ...caller,
    now,
    address: ip,
    session: sessionOf(request, reply, { settings, now }),
  } as unknown as Asked<RouteName>
}

function sessionOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { settings, now }: { settings: RouteSettings; now: number },
): SessionOfCall {
  const { db, limits, secureCookies } = settings
  const secure = secureCookies || request.protocol === 'https'
  const slot = slotOf(request)
  return {
    async start(personId) {
      const token = await beginSession(db, { personId, now, sessionMs: limits.sessionMs })
      reply.header('set-cookie', cookieOf(token, { secure, slot }))
    },
    async end() {
      await endSessionOf(db, cookieForSlot(request.headers.cookie, slot))
      reply.header('set-cookie', noCookie({ secure, slot }))
    },
  }
}

/** What validates a call, and what OpenAPI prints of it. */
function schemaOf(name: RouteName, { summary, who, path, params, query, body, reply }: Route) {
  const security = who === 'anyone' ? [] : [{ [who === 'resident' ? 'residentLink' : 'session']: [] }]
  return {
    operationId: name,
    summary,
    description: `Who may call: ${who}`,
    tags: [path.split('/')[2] ?? 'api'],
    security,
    ...(params ? { params } : {}),
    ...(query ? { querystring: query } : {}),
    ...(body ? { body } : {}),
    response: { '2xx': reply, '4xx': Refusal, '5xx': Refusal },
  }
}
