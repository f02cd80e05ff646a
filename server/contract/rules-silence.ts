// What is watched about a person: the deadline, the silence after it, whom to ask in which order, the proposed deadline.
import { Type, type Static } from 'typebox'
import { number, whole, yes } from './rule-number.ts'

/** Minutes of the pact and of the silence after it. */
export const SilenceRules = Type.Object({
  remindBeforeMin: number(30, [5, 120], {
    zh: '截止前 {} 分钟提醒老人',
    en: 'The resident is reminded {} minutes before the deadline',
    source: 'facts 6.4',
  }),
  signSoftens: yes({
    zh: '截止前家里有动静时，先按“起晚了”处理（高风险老人除外）',
    en: 'A sign of life from indoors just before the deadline counts as late rather than missed (never for high risk)',
    source: 'safety 6',
  }),
  signWindowMin: number(60, [0, 60], {
    zh: '只有截止前 {} 分钟内的屋内动静才算数',
    en: 'Only signs from indoors within {} minutes before the deadline count',
    source: 'safety 6: at most one hour',
  }),
  secondDeadlineMin: number(60, [15, 60], {
    zh: '“起晚了”最多再等 {} 分钟',
    en: 'Late but active waits at most {} minutes more',
    source: 'safety 6: at most 60 minutes',
  }),
  blindContactMin: number(60, [5, 60], {
    zh: '监测中断时，截止后 {} 分钟内必须有人联系上老人',
    en: 'Where the home cannot be seen, somebody must have reached the resident within {} minutes',
    source: 'safety 8: T0+60, high risk T0+15',
  }),
  blindStewardAfterMin: number(15, [1, 39], {
    zh: '监测中断又联系不上老人时，截止后 {} 分钟派人上门',
    en: 'and a steward is sent after {} minutes, where nobody could be reached',
    source: 'a walk of 21 minutes (safety 3) before that contact is due; within 26 h of the last sign',
  }),
  longestSilenceMin: number(1545, [1440, 1545], {
    zh: '离上一次亲自报平安超过 {} 分钟，不等截止时间就开始询问',
    en: 'After {} minutes without a sign of their own we begin to ask, whatever the deadline',
    source: 'a human is sent 15 min later: within 26 h of the last sign, whatever the hour of a collapse',
  }),
  fortnightDays: whole(14, [0, 28], {
    zh: '入户头 {} 天先打电话，不先上门（高风险除外）',
    en: 'For the first {} days we phone before anybody goes (except high risk)',
    source: 'safety 18',
  }),
})
export type SilenceRules = Static<typeof SilenceRules>

/** Minutes after the deadline T0, unless said otherwise. */
export const LadderRules = Type.Object({
  firstTryMin: number(-15, [-30, 0], {
    zh: '截止后 {} 分钟（负数为截止前）开始联系老人本人',
    en: 'The resident is asked from {} minutes after the deadline (negative: before it)',
    source: 'before the deadline, so that six tries fit before a steward is sent; measured',
  }),
  firstTryOfDeafMin: number(-15, [-30, 0], {
    zh: '听不见电话的老人，从截止后 {} 分钟（负数为截止前）起用约好的方式（灯、振动）提醒',
    en: 'A deaf resident is asked in the agreed way from {} minutes after the deadline (negative: before it)',
    source: 'safety 18: a light asks nobody twice; measured',
  }),
  tries: whole(6, [1, 8], {
    zh: '先联系老人本人 {} 次',
    en: 'The resident is asked up to {} times',
    source:
      'facts 6.2: four or five calls within the hour; six, so that half as many answers still do; measured',
  }),
  triesApartMin: number(5, [1, 15], {
    zh: '两次联系之间隔 {} 分钟',
    en: 'with {} minutes between the tries',
    source: 'facts 6.4',
  }),
  nearbyAfterMin: number(1, [0, 15], {
    zh: '截止后 {} 分钟还没联系上，问邻居和家属',
    en: 'Neighbour and family are asked {} minutes after the deadline',
    source: 'safety 7: seen or spoken with; after the third call, early enough for an answer',
  }),
  nearbyOfDeafAfterMin: number(1, [0, 15], {
    zh: '听不见电话的老人，截止后 {} 分钟就问邻居和家属',
    en: 'For a deaf resident neighbour and family are asked {} minutes after the deadline',
    source: 'safety 18: never judged by calls; measured',
  }),
  stewardAfterMin: number(15, [0, 15], {
    zh: '截止后 {} 分钟仍无人联系上，派红管家上门',
    en: 'A steward is sent {} minutes after the deadline',
    source: 'issue: T0+15 at the latest; high risk T0+5',
  }),
  fortnightStewardAfterMin: number(15, [15, 45], {
    zh: '入户头两周，多打几轮电话，截止后 {} 分钟再派人上门',
    en: 'In the first fortnight a steward is sent {} minutes after the deadline',
    source: 'safety 18 (phone first); within 26 h of the last sign',
  }),
  newcomerStewardAfterMin: number(45, [15, 60], {
    zh: '新入户还没按过的，截止后 {} 分钟仍联系不上再上门，教一遍怎么按',
    en: 'A newcomer who has never pressed is visited {} minutes after the deadline, and shown how',
    source: 'issue: a task of its own kind; field: T0+60 at the latest',
  }),
})
export type LadderRules = Static<typeof LadderRules>

/** The deadline proposed from a resident's own history; it counts only when staff accept it. */
export const ProposalRules = Type.Object({
  missesPerYearMax: number(1, [0.5, 24], {
    zh: '建议的时间应使“只是起晚了”一年不超过 {} 次',
    en: 'The proposed deadline aims at no more than {} mornings a year on which they merely slept longer',
    source: 'measured: npm run bench -- judgement',
  }),
  historyDays: whole(84, [14, 366], {
    zh: '看最近 {} 天的报平安时间',
    en: 'It looks at the last {} days',
    source: 'long enough for a quantile, short enough to follow a season',
  }),
  historyMin: whole(7, [5, 28], {
    zh: '至少有 {} 次记录才提建议',
    en: 'It needs at least {} mornings',
    source: 'below that the median itself is off by half an hour',
  }),
  usualSpreadMin: number(27, [5, 120], {
    zh: '记录还少时，按一般人前后相差 {} 分钟估计',
    en: 'While there are few mornings, the usual spread of people is taken: {} minutes about the median',
    source: 'facts 3.5: day-to-day SD 35-40 min, as a median deviation',
  }),
  spreadWeightDays: whole(30, [0, 200], {
    zh: '一般人的习惯按 {} 天的记录计入',
    en: 'The usual spread counts as much as {} mornings of their own',
    source: 'measured: a quantile of few mornings is mostly chance',
  }),
  reviewEveryDays: whole(14, [1, 92], {
    zh: '每 {} 天复核一次建议',
    en: 'The proposal is reviewed every {} days',
    source: 'issue: reviewed when habits shift',
  }),
  shiftMin: number(10, [5, 60], {
    zh: '习惯变了 {} 分钟以上才提醒工作人员改约定',
    en: 'Staff are asked to change the pact only when it moves by {} minutes or more',
    source: 'deadlines are told to residents in steps of five minutes',
  }),
})
export type ProposalRules = Static<typeof ProposalRules>
