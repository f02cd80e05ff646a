// Every bound, with its unit in its name and its reason. Tests may lower one; nothing else may.

export const limits = {
  // ingest: facts/database: the knee of unnest inserts is at about 1,000 rows
  batchRowsMax: 1000,
  /** Messages accepted from the network and not yet committed; beyond it connections are read more slowly. */
  pendingMessagesMax: 20_000,
  /** Kept of a body that was refused: enough to see what it was. */
  refusedBodyBytesMax: 2048,
  /** A device clock further ahead than this is not believed: received_at judges. */
  deviceClockAheadMsMax: 2 * 60_000,
  /** Buffered data older than this is not believed either: three days without power is the longest cut planned for. */
  deviceClockBehindMsMax: 72 * 3_600_000,
  /** A retained or cached check-in must not open today's curtain: older than this it covers nothing. */
  checkInAgeMsMax: 24 * 3_600_000,

  /** Free bytes on the disk of the embedded database: below, staff are told. A day of 1,000 homes is about 0.5 GB. */
  freeBytesLow: 2 * 2 ** 30,
  /** Below, readings that matter to nobody now come in slowly, so that hazards and check-ins have room: PostgreSQL itself needs up to 1 GB for its write-ahead log. */
  freeBytesFull: 512 * 2 ** 20,

  // dispatch: safety.md 3 and 4
  acknowledgeDueMs: 3 * 60_000,
  departDueMs: 3 * 60_000,
  arriveDueMs: 15 * 60_000,
  findingDueMs: 5 * 60_000,
  emergencyCallDueMs: 60_000,
  /** A hazard nobody has acknowledged rings everybody again at this interval. */
  hazardRepeatMs: 60_000,
  /** The top of the ladder has no next step: the desk is told again at this interval. */
  deskRepeatMs: 3 * 60_000,
  checkBackDueMs: 24 * 3_600_000,
  tellingAttemptsMax: 8,
  tellingLeaseMs: 15_000,
  tellingRetryMs: 2000,
  tellingRetryMsMax: 60_000,
  /** A page that was rung must say so within this, or the next channel is taken. */
  ringConfirmMs: 5000,
  /** safety.md 2: an open page counts only while its proof is at most this old. */
  presenceProofMsMax: 30_000,
  webhookTimeoutMs: 8000,

  // silence: safety.md 6, 8 and 18, facts 6.4
  remindBeforeMs: 30 * 60_000,
  signOfLifeWindowMs: 60 * 60_000,
  secondDeadlineMs: 60 * 60_000,
  /** A server says every second up to when it has stored what it heard; after this long without a word it was away. */
  beatLateMs: 5000,
  /** After a blindness of ours longer than this, a home of which nothing was heard since counts as blind itself. */
  ownBlindnessMsMin: 60_000,
  /** After it, nobody is judged until this has passed: devices reconnect and deliver their backlog. */
  ownBlindnessSettleMs: 60_000,
  /** Many at once: a place with one home in trouble is that home; two are what a human would call one outage. */
  groupHomesMin: 2,
  /** Of all the homes there: two doors of a tower of ninety that go quiet in one hour are two doors. */
  groupShareMin: 1 / 3,
  /** Mains devices speak every 5 minutes and are silent after 10 (facts 5.3): what one cut silences is found within this. */
  groupWindowMs: 10 * 60_000,

  // set aside by the desk (ISA-18.2 G and I)
  /** A nuisance is quiet for at most this long, and is then shown again as it stands (facts 5.1). */
  shelveMsMax: 30 * 60_000,
  /** A device under repair is looked at again within this: as long as an absence lasts before a call confirms it. */
  outOfServiceMsMax: 14 * 24 * 3_600_000,

  // live
  eventReplayMax: 5000,
  headEveryMs: 5000,

  // api
  sessionMs: 30 * 24 * 3_600_000,
  signInTriesMax: 8,
  /** A whole office signs in at 8:00 from one address: only many wrong ones from there are an attack. */
  signInTriesOfAddressMax: 60,
  signInWindowMs: 5 * 60_000,
  bodyBytesMax: 256 * 1024,
  seriesPointsMax: 1000,
  messagesShownMax: 200,
  /** safety 7: nobody sees, or speaks with, more people than this within a minute; more is a list, and no answer. */
  answersForOthersAMinuteMax: 10,

  // replay: history judged again must never be felt by what is judged now
  /** Homes whose history is read in one transaction: some hundred thousand words of devices, a second at most. */
  replayHomesMax: 10,
  /** Rows of one question: a detector that samples every ten seconds for twelve days of bad air. */
  replayRowsMax: 100_000,
  replayStatementMs: 20_000,
  /** It gives way after this: a fifth of what a hazard may take to reach a page. */
  replayTurnMs: 10,
  /** Of each list of differences so many are shown: more is a rule to think about, not a list to read. */
  replayShownMax: 100,
  /** 用上个月试一试: a month, and somebody waits for it. */
  replayTrySpanMs: 30 * 24 * 3_600_000,
  replayTryMs: 45_000,

  // data: how long each kind is kept stands in retention/kept.ts
  /** Rows removed in one statement: small enough to let ingest in between. */
  retentionSliceMax: 10_000,
  /** Devices or homes whose oldest readings are looked for at once. */
  retentionOwnersMax: 100,
  /** An incident has some twenty rows that go with it. */
  retentionIncidentsMax: 200,
  /** Devices that are locked while their readings are rolled up: for some 30 ms, which a hazard of theirs waits. */
  rollupDevicesMax: 20,
  /** Of each of them at once: a backlog of days does not hold its lock for seconds. */
  rollupSpanMs: 6 * 3_600_000,
  /** An hour is rolled up this long after its end: what is under way then comes in without a second turn. */
  rollupSettleMs: 5 * 60_000,
} as const
export type Limits = typeof limits
