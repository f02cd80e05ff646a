import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { sessionCookie } from './session.ts'

/** OpenAPI of all routes at /api/docs/json, and pages to read it at /api/docs; nothing is loaded from elsewhere. */
export async function addApiDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Curtain Pact 窗帘之约',
        version,
        description: 'Every route answers JSON; a refusal has a code and a sentence in Chinese and English.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
          residentLink: { type: 'http', scheme: 'bearer', description: "the secret of a resident's link" },
        },
      },
    },
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs', uiConfig: { docExpansion: 'list' } })
}
