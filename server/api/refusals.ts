// Every way to say no: one sentence a person can act on, in both languages, and its HTTP status. Nowhere else.
import type { FastifyReply } from 'fastify'
import type { Refusal } from '#contract/routes.ts'

export type RefusalCode = Refusal['code']

/** What a handler gives in place of a reply when the answer is no. */
export class Refused {
  readonly code: RefusalCode
  readonly detail: RefusalDetail

  constructor(code: RefusalCode, detail: RefusalDetail) {
    this.code = code
    this.detail = detail
  }
}

/** `by`: who was first. `zh`/`en` replace the general sentence where a better one is known. */
export type RefusalDetail = { by?: string | undefined; zh?: string; en?: string }

export const refused = (code: RefusalCode, detail: RefusalDetail = {}): Refused => new Refused(code, detail)

const known: Record<RefusalCode, { status: number; zh: string; en: string }> = {
  bad_request: {
    status: 400,
    zh: '填写的内容有问题，请检查后再试。',
    en: 'Something in the request is not right. Please check it and try again.',
  },
  not_signed_in: { status: 401, zh: '请先登录。', en: 'Please sign in first.' },
  wrong_login: {
    status: 401,
    zh: '账号或密码不对，请再试一次。',
    en: 'Login or password is wrong. Please try again.',
  },
  forbidden: {
    status: 403,
    zh: '您的账号不能这样做，请找社区管理员。',
    en: 'Your account may not do this. Please ask the administrator.',
  },
  not_found: { status: 404, zh: '没有找到。', en: 'Not found.' },
  not_allowed_now: {
    status: 409,
    zh: '现在不能这样做，请刷新后查看最新情况。',
    en: 'This cannot be done now. Please reload to see where things stand.',
  },
  somebody_was_first: {
    status: 409,
    zh: '已有人先处理，请刷新后查看最新情况。',
    en: 'Somebody was first. Please reload to see where things stand.',
  },
  too_many_tries: {
    status: 429,
    zh: '尝试次数过多，请五分钟后再试。',
    en: 'Too many tries. Please wait five minutes.',
  },
  never_set_aside: {
    status: 409,
    zh: '一氧化碳、燃气、烟雾、求助和没报平安，从不搁置，也不停用：先派人去看，再由人办结。',
    en: 'CO, gas, smoke, SOS and a missed check-in are never shelved or taken out of service: send somebody to look, and close it then.',
  },
  away: {
    status: 503,
    zh: '服务暂时不可用，请稍后再试；紧急情况请直接打电话。',
    en: 'The service is away for a moment. Please try again; in an emergency, phone.',
  },
}

export const answerRefusal = (reply: FastifyReply, refusal: Refused): FastifyReply =>
  reply.status(known[refusal.code].status).send(refusalBody(refusal))

function refusalBody({ code, detail }: Refused): Refusal {
  const { zh, en } = known[code]
  const first = code === 'somebody_was_first' && detail.by ? detail.by : undefined
  return {
    code,
    zh: detail.zh ?? (first ? `${first}已先处理，请刷新后查看最新情况。` : zh),
    en: detail.en ?? (first ? `${first} was first. Please reload to see where things stand.` : en),
    ...(detail.by ? { by: detail.by } : {}),
  }
}
