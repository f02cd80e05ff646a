// What the terminal says once everything runs.
import { topicOf } from '#contract/topics.ts'

export type BannerFacts = {
  httpUrl: string
  mqtt: { host: string; port: number }
  dataDir: string
  moved: readonly string[]
  demo:
    | {
        logins: readonly { login: string; password: string; name: string; title: string }[]
        button: { serial: string; secret: string; of: string }
      }
    | undefined
  empty: boolean
}

export function banner(facts: BannerFacts): string {
  const head = ['', '  窗帘之约 · Curtain Pact', '']
  const moved = facts.moved.map((line) => `  ${line}`)
  return [...head, ...moved, ...(facts.demo ? demoLines(facts, facts.demo) : plainLines(facts)), ''].join(
    '\n',
  )
}

const plainLines = (facts: BannerFacts): string[] => [
  `  打开 open     ${facts.httpUrl}${facts.empty ? '/first-run   （建立第一个账户 create the first account）' : ''}`,
  `  健康 health   ${facts.httpUrl}/api/health`,
  `  MQTT          ${facts.mqtt.host}:${facts.mqtt.port}`,
  `  数据 data     ${facts.dataDir}`,
  '  停止 stop     Ctrl-C',
]

function demoLines(facts: BannerFacts, demo: NonNullable<BannerFacts['demo']>): string[] {
  const { serial, secret, of } = demo.button
  const press = `mosquitto_pub -h ${facts.mqtt.host} -p ${facts.mqtt.port} -i my-button -u ${serial} -P ${secret} -q 1 -t ${topicOf(serial, 'checkin')} -m '{}'`
  return [
    `  看这个早晨 watch the morning   ${facts.httpUrl}/demo`,
    `  值班台 desk                    ${facts.httpUrl}/desk`,
    `  红管家 steward (phone)         ${facts.httpUrl}/steward`,
    `  测试台 testers                 ${facts.httpUrl}/testers`,
    `  API                            ${facts.httpUrl}/api/docs`,
    '',
    `  演示账号 demo logins, all with the password ${demo.logins[0]?.password ?? ''}:`,
    ...demo.logins.map((one) => `    ${one.login.padEnd(10)} ${one.name}，${one.title}`),
    '',
    `  替${of}按一下按钮 really press a button:`,
    `    ${press}`,
    '',
    `  数据 data ${facts.dataDir}    停止 stop Ctrl-C    空系统 empty system: npm start -- --no-demo`,
  ]
}
