/** `disposable` is for tests: nothing survives a power cut, and the directory is removed when the last one leaves. */
export type Durability = 'durable' | 'disposable'

/** The major version of the binaries in package.json; a data directory of another one cannot be opened. */
export const postgresMajor = '18'

/** Role and database of the service; the role is the superuser of this private server. */
export const roleName = 'curtain_pact'
export const databaseName = 'curtain_pact'

/** Bounds of the supervisor and of those who open through it, in ms where not said otherwise. */
export const limits = {
  // initdb took 1 s on two shared cores, and 20 s on a board with an SD card; more is a fault
  initMsMax: 120_000,
  // a start replays what was written since the last checkpoint: 1 s here after kill -9 under load, minutes for
  // the largest amount on an SD card
  startMsMax: 300_000,
  // a fast stop took 15 ms; a checkpoint of 512 MB on a slow disk takes some 20 s
  fastStopMsMax: 30_000,
  // SIGQUIT needs no checkpoint
  immediateStopMsMax: 5_000,
  // an opener waits for the slowest of all that: a new directory on a slow machine
  openMsMax: 420_000,
  // one is enough unless others come and go at the same moment
  supervisorStartsMax: 10,
  // a supervisor answers on loopback in under 1 ms; this long without an answer is one that hangs
  helloMsMax: 5_000,
  // a server that restarts finds its database running, and what was abandoned is gone soon after
  lingerMs: 3_000,
  // test files come and go, each in a process of its own, with pure ones between those that hold a database
  disposableLingerMs: 20_000,
  // between looks at files and processes that cannot announce a change
  pollMs: 20,
  // how often an adopted PostgreSQL, which is not our child, is looked at
  adoptedPollMs: 250,
  // the lock file is looked at again, so that of two supervisors one steps aside
  lockPollMs: 1_000,
  // between attempts to bring PostgreSQL back, doubled each time: a full disk or memory needs time, not a storm
  restartDelayMs: 100,
  restartDelayMsMax: 5_000,
  // attempts of the first start with another port each, before the reason is told
  firstStartAttemptsMax: 3,
  // bytes; a message on the control socket is under 300
  messageBytesMax: 4_096,
  // bytes; a larger log is begun anew and kept once, so that two of each are the most
  logBytesMax: 5_000_000,
}

/** Below 32768, where the system begins to give out ports for outgoing connections, and above the known services. */
export const ports = { first: 20_000, last: 32_000 }

/** Settings given on the command line, so that no file in the data directory has to be edited. */
export function postgresSettings(durability: Durability): Record<string, string> {
  return { ...always, ...(durability === 'durable' ? durable : disposable) }
}

const always = {
  // only this machine, and only with the password; socket files have path limits and stay behind after a kill
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  // a small machine: 1 GB of memory is what a community's desk computer has to spare
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  // parallel plans need /dev/shm, which a container gives 64 MB of; no query of ours gains from them
  max_parallel_workers_per_gather: '0',
  // the zone of the machine must not show in anything
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %a ',
  // the values of parameters are people's names and numbers, which never go to a log
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_error_statement: 'panic',
  // the detail of a duplicate key repeats the row
  log_error_verbosity: 'terse',
}

const durable = {
  // acknowledged means committed, and committed means on the disk
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // three servers with pools of ten, the tools of an operator, and room
  max_connections: '60',
  // fewer checkpoints under ingest, at most half a gigabyte to replay
  max_wal_size: '512MB',
  // a plan or a lock that takes this long is worth a line
  log_min_duration_statement: '2s',
  log_lock_waits: 'on',
}

const disposable = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // every test file clones a database of its own and opens a pool on it
  max_connections: '200',
  // no background work between tests on two cores
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
}
