// What is watched about the air: carbon monoxide in ppm, combustible gas in %LEL on the base of GB and NFPA.
import { Type, type Static } from 'typebox'
import { clock, number } from './rule-number.ts'

/** How clean air is told from danger that fell silent, for both gases. */
const air = {
  gapMin: number(10, [5, 15], {
    zh: '两次读数相隔超过 {} 分钟就算有空档，不按连续处理',
    en: 'Between readings more than {} minutes apart nothing is interpolated',
    source: 'facts 1.3, gap rule',
  }),
  cleanForMin: number(30, [30, 120], {
    zh: '同一只正常的探测器连续 {} 分钟读数干净，才算空气恢复',
    en: 'Air counts as clean again after {} minutes of clean readings of the same healthy sensor',
    source: 'facts 1.4; safety 5',
  }),
  flagFallsWithinMin: number(10, [1, 10], {
    zh: '人工办结后探测器的报警灯 {} 分钟还没灭，算新的险情',
    en: 'A detector still in alarm {} minutes after a human closed is a new danger',
    source: 'facts 2.2: a detector is back within a minute of clean air',
  }),
  stuckForMin: number(120, [30, 1440], {
    zh: '读数 {} 分钟一点不变（且不为零），怀疑探测器卡住',
    en: 'A reading other than zero that has not moved for {} minutes is taken for a stuck sensor',
    source: 'facts 3.3: noise of 1.5 ppm never stands still',
  }),
}

/**
 * Carbon monoxide. The upper bounds are the last moment at which EN 50291-1 and UL 2034 want an alarm: nobody can set
 * a rule later than that. The detector's own alarm acts at once and has no number.
 */
export const CoRules = Type.Object({
  ...air,
  noticeAt30Min: number(30, [5, 60], {
    zh: '30 ppm 以上持续 {} 分钟：记下，当天问一问炉具和烟道',
    en: '30 ppm for {} minutes: noted, and asked about the same day',
    source: 'facts 1.4',
  }),
  warningAt30Min: number(120, [30, 240], {
    zh: '30 ppm 以上持续 {} 分钟：马上打电话，开窗、熄火',
    en: '30 ppm for {} minutes: call now, open the windows',
    source: 'EN 50291-1: must not alarm before 120 min',
  }),
  warningAt50Min: number(60, [10, 60], {
    zh: '50 ppm 以上持续 {} 分钟：马上打电话，开窗、熄火',
    en: '50 ppm for {} minutes: call now, open the windows',
    source: 'facts 1.4; EN 50291-1 from 60 min',
  }),
  alarmAt50Min: number(75, [60, 90], {
    zh: '50 ppm 以上持续 {} 分钟：报警，所有人一起出动',
    en: '50 ppm for {} minutes: alarm, everybody together',
    source: 'EN 50291-1: 60-90 min; UL 2034 70 ppm: 60-240 min',
  }),
  alarmAt100Min: number(10, [4, 40], {
    zh: '100 ppm 以上持续 {} 分钟：报警',
    en: '100 ppm for {} minutes: alarm',
    source: 'EN 50291-1: 10-40 min; UL 2034 150 ppm: 10-50 min',
  }),
  alarmPpm: number(300, [100, 300], {
    zh: '一次读数达到 {} ppm：立即报警',
    en: 'One sample of {} ppm: alarm at once',
    source: 'safety 5; EN 50291-1: within 3 min',
  }),
  criticalPpm: number(400, [300, 400], {
    zh: '一次读数达到 {} ppm：立即 119、120',
    en: 'One sample of {} ppm: critical at once',
    source: 'facts 1.4; UL 2034: 4-15 min',
  }),
  noticeMean8hPpm: number(9, [5, 9], {
    zh: '8 小时平均达到 {} ppm：记下',
    en: 'A mean of {} ppm over 8 hours: noted',
    source: 'WHO and US EPA, facts 1.2',
  }),
  warningCohb: number(2.5, [1.5, 2.5], {
    zh: '按老人估算碳氧血红蛋白达到 {}%：马上打电话',
    en: 'An estimated COHb of {} %: call now',
    source: 'WHO: guide value; safety 9',
  }),
  alarmCohb: number(5, [2.5, 5], {
    zh: '按老人估算碳氧血红蛋白达到 {}%：报警',
    en: 'An estimated COHb of {} %: alarm',
    source: 'facts 1.4',
  }),
  criticalCohb: number(10, [5, 10], {
    zh: '按老人估算碳氧血红蛋白达到 {}%：立即 119、120',
    en: 'An estimated COHb of {} %: critical',
    source: 'facts 1.4',
  }),
  alarmActiveCohb: number(10, [5, 10], {
    zh: '按干重活估算碳氧血红蛋白达到 {}%：报警',
    en: 'A COHb of {} % at heavy work: alarm',
    source: 'UL 2034',
  }),
  bandCohb: number(3.8, [1, 6], {
    zh: '估算会因人相差 ±{}%，只会用来提早或延长，绝不用来解除',
    en: 'The estimate may be off by ±{} %, which can only raise or prolong',
    source: 'Benignus 1994, facts 1.3; safety 5',
  }),
  holdPpm: number(30, [10, 30], {
    zh: '读数在 {} ppm 以上时探测器没了消息，按危险还在处理',
    en: 'A sensor that fell silent at {} ppm or more is taken to be still in it',
    source: 'facts 1.3, gap rule',
  }),
  cleanPpm: number(10, [5, 10], {
    zh: '低于 {} ppm 才算干净',
    en: 'Below {} ppm the air is clean',
    source: 'facts 1.4',
  }),
})
export type CoRules = Static<typeof CoRules>

const meal = { source: 'facts 3.3: 11:00-12:30 and 17:00-18:30, half an hour around' }

/** Combustible gas. EN 50194-1: no alarm at 3 %LEL, an alarm by 20. */
export const GasRules = Type.Object({
  ...air,
  noticeLel: number(3, [3, 5], {
    zh: '燃气达到 {}%LEL 并持续：记下，问一问',
    en: 'Gas at {} %LEL that stays is noted',
    source: 'EN 50194-1: must not alarm at 3 %LEL',
  }),
  noticeForMin: number(10, [5, 15], {
    zh: '持续 {} 分钟（至少两次读数）才记',
    en: 'for {} minutes, in two samples at least',
    source: 'facts 2.2',
  }),
  alarmLel: number(5, [5, 10], {
    zh: '两次读数都达到 {}%LEL：报警',
    en: 'Two samples of {} %LEL: alarm',
    source: 'facts 2.2; GB 15322.2: set points 5-25 %LEL',
  }),
  alarmSamplesApartMin: number(0.5, [0.25, 1], {
    zh: '这两次读数至少相隔 {} 分钟',
    en: 'at least {} minutes apart',
    source: 'facts 2.2: 30 s',
  }),
  alarmOnceLel: number(10, [5, 15], {
    zh: '一次读数达到 {}%LEL：立即报警',
    en: 'One sample of {} %LEL: alarm at once',
    source: 'facts 2.2',
  }),
  criticalLel: number(20, [15, 20], {
    zh: '达到 {}%LEL：立即 119 和燃气公司',
    en: '{} %LEL: critical',
    source: 'EN 50194-1: must alarm by 20 %LEL',
  }),
  criticalRisePerMin: number(2, [1, 4], {
    zh: '每分钟上升超过 {}%LEL：按最高级处理',
    en: 'A rise of more than {} %LEL a minute: critical',
    source: 'facts 2.2',
  }),
  cookingPatienceMin: number(5, [0, 5], {
    zh: '饭点里像料酒蒸气的短尖峰：先告诉老人和值班台，{} 分钟没散就报警（0 表示不等）',
    en: 'A spike like wine in a hot pan at meal time is told to resident and desk; after {} minutes it is an alarm',
    source: 'facts 3.3: 1-5 minutes; 0 turns the patience off',
  }),
  cookingLelMax: number(9, [3, 9.5], {
    zh: '这样的尖峰不高于 {}%LEL；再高就报警',
    en: 'Such a spike is no higher than {} %LEL',
    source: 'facts 3.3: 3-8 %LEL and the error of a sensor, far below the 20 of EN 50194-1',
  }),
  lunchFrom: clock('10:30', { ...meal, zh: '午饭做饭时间从 {} 起', en: 'Lunch is cooked from {}' }),
  lunchUntil: clock('13:00', { ...meal, zh: '到 {} 止', en: 'until {}' }),
  supperFrom: clock('16:30', { ...meal, zh: '晚饭做饭时间从 {} 起', en: 'Supper is cooked from {}' }),
  supperUntil: clock('19:00', { ...meal, zh: '到 {} 止', en: 'until {}' }),
})
export type GasRules = Static<typeof GasRules>
