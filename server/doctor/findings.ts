// What was measured, and what it means for the promise, in both languages.
export type Finding = {
  name: FindingName
  /** True: it holds. False: it cannot hold. Null: it was not measured. */
  ok: boolean | null
  value: number | string | boolean | null
  unit: string
  zh: string
  en: string
}

export const findingNames = [
  'reachable',
  'qos1',
  'queue',
  'takeOver',
  'redelivery',
  'inFlight',
  'restart',
  'retained',
  'confinement',
  'largeMessage',
] as const
export type FindingName = (typeof findingNames)[number]

export type Report = {
  url: string
  at: number
  findings: Finding[]
  /** 0: everything that was measured holds. 1: something cannot hold. 2: the broker could not be examined. */
  exit: 0 | 1 | 2
}

export function reportOf(url: string, at: number, findings: Finding[]): Report {
  const isReachable = findings.find(({ name }) => name === 'reachable')?.ok !== false
  const isWanting = findings.some(({ ok }) => ok === false)
  return { url: withoutSecret(url), at, findings, exit: !isReachable ? 2 : isWanting ? 1 : 0 }
}

export function withoutSecret(url: string): string {
  const shown = new URL(url)
  if (shown.password) shown.password = '…'
  return decodeURI(shown.href)
}

/** For people: each finding, then in one sentence what follows. */
export function printed({ url, findings, exit }: Report): string {
  const lines = findings.flatMap(({ ok, zh, en }) => [`${mark(ok)} ${zh}`, `  ${en}`])
  return [`MQTT ${url}`, '', ...lines, '', ...verdicts[exit], ''].join('\n')
}

const mark = (ok: boolean | null): string => (ok === null ? '–' : ok ? '✓' : '✗')

const verdicts: Record<Report['exit'], readonly string[]> = {
  0: [
    '量到的都守得住：收到 ack 主题上的确认，就是已存好。',
    'All that was measured holds: what is acknowledged on the ack topic is stored.',
  ],
  1: [
    '带 ✗ 的守不住。未得到 ack 确认的消息要由设备留着再发；按 docs/brokers.md 调整后再量一次。',
    'What is marked ✗ cannot hold. Devices must keep what was not acknowledged on `ack`; set the broker up as docs/brokers.md says and measure again.',
  ],
  2: ['连不上这个 broker，什么也没量到。', 'The broker cannot be reached; nothing was measured.'],
}
