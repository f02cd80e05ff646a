/**
 * Every bound of the broker, with its unit and its reason. Durations end in `Ms`, sizes in `BytesMax`.
 * Bounds of stored things live with the server; these hold before anything is stored.
 */
export const brokerLimits = {
  /** One packet as a whole. 240 readings of about 60 bytes are 15 kB; four times that for talkative firmware. */
  packetBytesMax: 65_536,
  /** A CONNECT comes from strangers: ids, a secret and a small last will fit, a flood of memory does not. */
  connectBytesMax: 4_096,
  /** `cp/v1/<2>/<40>/<9>` needs 60 bytes; other dialects stay below 128. */
  topicBytesMax: 256,
  /** Topics of one device that need no second look; ours has eight. */
  topicsRememberedMax: 16,
  /** aedes closes a connection above 100 levels; ours have five. Above this the message is refused alone. */
  topicLevelsMax: 32,
  /** Characters of a stranger's id, name or topic that a refusal repeats. */
  saidCharsMax: 200,
  /** Of a refused or too large body this much is kept, enough to recognise the firmware by. */
  keptBytesMax: 1_024,
  /** Read from one socket and not yet handed on: one TCP read. Beyond it the socket is not read. */
  heldBytesMax: 65_536,
  /** Unacknowledged messages of one device inside the broker; 64 a 5 ms commit are 12,800 a second. */
  pendingPerDeviceMax: 64,
  /** Last wills are not read from a socket that could be held back, so they may exceed the bound by this. */
  pendingWillsPerDeviceMax: 8,
  /** Unacknowledged messages of all devices together: about a second of the measured 11,500 a second. */
  pendingMax: 10_000,
  /** The same in payload bytes: 64 MiB. */
  pendingBytesMax: 67_108_864,
  /** First pause after `accept` refused, doubled up to the maximum: a database restart takes seconds. */
  retryDelayMs: 100,
  retryDelayMsMax: 5_000,
  /** 19,500 idle connections were held in a trial; each costs about 20 kB. */
  connectionsMax: 25_000,
  /** As fast as bare aedes was ever measured (700 to 3,500 a second): what one costs is the real bound. */
  connectsPerSecond: 4_000,
  /** Five seconds' worth. Who would wait longer is cut and comes back. */
  connectsWaitingMax: 20_000,
  /**
   * Let in but not yet known: they share a question to the database, and 100 each 20 ms of it are 5,000 a second. More
   * would wait there in the order of arrival, where a danger cannot pass them.
   */
  connectsUnderWayMax: 100,
  /** From TCP accept to a complete CONNECT. */
  connectMs: 10_000,
  /** How long `authenticate` may take before the device hears "server unavailable". */
  authenticateMs: 10_000,
  /** Announced keep-alive above this, or 0 for "never", is shortened to this (seconds, as MQTT counts it). */
  keepaliveSecondsMax: 1_200,
  /** A peer that reads nothing for this long is cut (facts: at most 5 s). */
  drainMs: 5_000,
  /** Messages to one device that it has not acknowledged; cheap firmware keeps few. */
  outboundInFlightMax: 32,
  /** An unacknowledged message stops counting after this; some firmware never acknowledges. */
  outboundAnswerMs: 20_000,
  /** Bytes written to one device and not yet taken by its socket. */
  outboundBytesMax: 65_536,
  /** One runaway device may take about 4 % of the measured rate; a backlog of an hour passes at once. */
  publishesPerSecond: 500,
  publishBurst: 2_000,
  /** aedes closes the connection of a device that opens more QoS 2 handshakes than this. */
  qos2OpenMax: 64,
  /** On closing, how long commits under way may take to be acknowledged. */
  closeGraceMs: 5_000,
  /** What was written last gets this long to leave before the socket is destroyed. */
  lingerMs: 1_000,
}

export type BrokerLimits = typeof brokerLimits
