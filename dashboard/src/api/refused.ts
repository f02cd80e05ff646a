import type { Refusal } from '#contract/routes.ts'
import type { Language } from '#contract/primitives.ts'

/** The server said no, or could not be reached. `said` is one sentence that a person can act on. */
export class Refused extends Error {
  readonly refusal: Refusal
  readonly status: number

  constructor(refusal: Refusal, status: number) {
    super(refusal.en)
    this.refusal = refusal
    this.status = status
  }

  said(language: Language): string {
    return this.refusal[language]
  }
}

/** No answer at all: the line, or the service, is away. */
export const away: Refusal = {
  code: 'away',
  zh: '暂时连不上服务，请稍后再试。',
  en: 'The service cannot be reached; please try again soon.',
}

export const isRefused = (error: unknown, code?: Refusal['code']): error is Refused =>
  error instanceof Refused && (code === undefined || error.refusal.code === code)
