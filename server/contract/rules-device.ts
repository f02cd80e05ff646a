// What is watched about equipment, and about festivals and absences.
import { Type, type Static } from 'typebox'
import { clock, number, whole } from './rule-number.ts'

export const DeviceRules = Type.Object({
  mainsSilentMin: number(10, [5, 60], {
    zh: '插电设备 {} 分钟没有消息：监测中断',
    en: 'A mains device without a word for {} minutes is silent',
    source: 'facts 3.4 and 5.3: heartbeat every 5 min',
  }),
  batterySilentH: number(26, [2, 50], {
    zh: '电池设备 {} 小时没有消息：监测中断',
    en: 'A battery device without a word for {} hours is silent',
    source: 'facts 5.3: one heartbeat a day',
  }),
  detectorSilentH: number(25, [2, 26], {
    zh: '电池供电的燃气、一氧化碳探测器 {} 小时没有消息：未监护',
    en: 'A battery detector without a word for {} hours leaves the home unprotected',
    source: 'facts 3.4: zigbee2mqtt 25 h',
  }),
  alarmSilentMin: number(10, [3, 15], {
    zh: '报警途中的探测器 {} 分钟没有读数：可能被拔掉，马上有人看',
    en: 'A detector in alarm without a word for {} minutes may have been pulled out',
    source: 'safety 5: clean counts only from the sensor in its place; heartbeat every 5 min',
  }),
  batteryLowPercent: number(15, [5, 40], {
    zh: '电量降到 {}%：该换电池',
    en: 'A battery is low at {} %',
    source: 'facts 3.4: low flag at 10-15 %',
  }),
  batteryFinePercent: number(20, [10, 60], {
    zh: '电量回到 {}% 以上才取消提醒',
    en: 'and fine again from {} %',
    source: 'hysteresis above the low mark',
  }),
  batteryForecastDays: whole(30, [7, 120], {
    zh: '预计 {} 天内没电的，提前列入换电池名单',
    en: 'A battery expected to be low within {} days is listed for replacement',
    source: 'a month of visits plans its replacements',
  }),
})
export type DeviceRules = Static<typeof DeviceRules>

export const AbsenceRules = Type.Object({
  daysMax: whole(14, [1, 14], {
    zh: '外出报备最长 {} 天，再长要打电话重新确认',
    en: 'An absence lasts at most {} days before a call confirms it again',
    source: 'safety 10',
  }),
  remindBeforeDays: whole(1, [0, 7], {
    zh: '回家前 {} 天提醒一次',
    en: 'It reminds {} days before its end',
    source: 'issue: reminds before it ends',
  }),
  festivalAskDays: whole(10, [1, 30], {
    zh: '节日前 {} 天开始收集外出安排；节日不暂停约定',
    en: 'Absences are collected from {} days before a festival, which pauses no pact',
    source: 'safety 10; facts 6.4: misses double at Spring Festival',
  }),
  quietFrom: clock('21:00', {
    zh: '外出报备的事（提前回来了、快到期）没人处理时，晚上 {} 起先不再催',
    en: 'A question about an absence (back early, about to end) is not repeated from {} on',
    source: 'no danger is involved: it may wait for the morning, and is asked again then',
  }),
  quietUntil: clock('07:00', {
    zh: '到早上 {} 接着催，一件也不会漏（两个时间相同就是整夜都催）',
    en: 'and is taken up again at {}; with the same hour twice it is repeated through the night',
    source: 'before the first deadlines of the morning',
  }),
})
export type AbsenceRules = Static<typeof AbsenceRules>
