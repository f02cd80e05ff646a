-- The ground: areas, homes, people, devices, signs, and the three rows of an alarm (condition, incident, assignment).

create table area (
  id bigint generated always as identity primary key,
  parent_id bigint references area,
  kind text not null check (kind in ('district', 'street', 'community', 'grid', 'micro_grid')),
  name text not null,
  zone text,
  path bigint[] not null,
  center_lng double precision,
  center_lat double precision,
  base_map jsonb,
  origin text not null default 'live' check (origin in ('live', 'drill', 'demo', 'replay')),
  check (kind <> 'community' or zone is not null)
);
comment on column area.path is 'ids from the district down to this area, itself included: a grant reaches where its area is in the path';
comment on column area.zone is 'IANA zone; communities only: deadlines are wall-clock times there';
comment on column area.base_map is 'GeoJSON of streets, greens and water, WGS-84; communities only';
create index area_parent on area (parent_id);

create table building (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  name text not null,
  floors int not null check (floors between 1 and 99),
  units int not null check (units between 1 and 99),
  lng double precision not null,
  lat double precision not null,
  unique (community_id, name)
);

create table home (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  area_id bigint not null references area,
  building_id bigint not null references building,
  unit int not null,
  floor int not null,
  room text not null,
  label text not null,
  address text not null,
  flue text,
  plan jsonb not null default '{}',
  unique (building_id, unit, room)
);
comment on column home.label is 'as people say it: building-unit-room, for example 3-2-501';
comment on column home.flue is 'homes with the same flue warn each other of CO (safety 12)';
comment on column home.plan is 'homePlan: outsideValve, access, fuel, heater, authorityToEnter, ... (no door password, ever)';
create index home_community on home (community_id);

create table resident (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  home_id bigint not null references home,
  name text not null,
  greeting text not null,
  birth_year int,
  tier text not null default 'general' check (tier in ('high', 'key', 'general')),
  tier_reason text,
  deaf boolean not null default false,
  contact_mode text not null default 'phone' check (contact_mode in ('phone', 'light', 'vibration', 'recording', 'visit')),
  enrolled_on date not null,
  file jsonb not null default '{}',
  link_hash bytea unique
);
comment on column resident.file is 'what a responder needs: language, hearing, sight, leavesUnaided, oxygen, medical, consents (never ID number, bank, history, labels)';
comment on column resident.link_hash is 'SHA-256 of the 128-bit secret in the private link of the resident''s own page';
create index resident_home on resident (home_id);

create table pact (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  resident_id bigint not null references resident,
  home_id bigint not null references home,
  edge text not null default 'morning' check (edge in ('morning', 'evening')),
  deadline time not null default '08:00',
  days int[] not null default '{1,2,3,4,5,6,7}',
  paused boolean not null default false,
  due_on date not null,
  opens_at timestamptz not null,
  remind_at timestamptz,
  due_at timestamptz not null,
  covered_by bigint,
  covered_at timestamptz,
  unique (resident_id, edge)
);
comment on column pact.due_on is 'the day of the next occurrence that is not yet judged';
comment on column pact.opens_at is 'from when a press counts for that occurrence';
comment on column pact.remind_at is 'when the resident is reminded; null once done';
comment on column pact.covered_by is 'the check-in that covers that occurrence; set back to null when it is judged and rolls on';
create index pact_due on pact (due_at) where not paused;
create index pact_remind on pact (remind_at) where remind_at is not null and not paused and covered_by is null;

create table absence (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  resident_id bigint not null references resident,
  from_on date not null,
  until_on date not null,
  place text not null,
  companion text not null,
  phone text not null,
  confirmed_at timestamptz not null,
  ended_at timestamptz,
  created_by bigint,
  origin text not null default 'live' check (origin in ('live', 'drill', 'demo', 'replay')),
  check (until_on >= from_on and until_on <= from_on + 14)
);
comment on table absence is 'suppresses missed check-in and nothing else; until_on is the day of return, which is looked after again (safety 10)';
create index absence_resident on absence (resident_id) where ended_at is null;

create table person (
  id bigint generated always as identity primary key,
  name text not null,
  title text,
  phone text,
  login text unique,
  password_hash text,
  language text not null default 'zh' check (language in ('zh', 'en')),
  active boolean not null default true,
  origin text not null default 'live' check (origin in ('live', 'drill', 'demo', 'replay'))
);
comment on column person.password_hash is 'scrypt, salted; null cannot sign in';

create table area_grant (
  person_id bigint not null references person,
  area_id bigint not null references area,
  role text not null check (role in ('admin', 'desk', 'supervisor', 'steward')),
  primary key (person_id, area_id, role)
);

create table on_duty (
  person_id bigint not null references person,
  community_id bigint not null references area,
  primary key (person_id, community_id)
);
comment on table on_duty is 'who answers at the desk and duty post now; the roster comes with its own issue';

create table contact_point (
  id bigint generated always as identity primary key,
  person_id bigint not null references person,
  channel text not null check (channel in ('page', 'webhook')),
  address text,
  secret text,
  wakes boolean not null default false,
  position int not null default 1,
  unique (person_id, channel, position)
);
comment on column contact_point.wakes is 'true where this channel can wake a sleeping phone (safety 2)';

create table pairing (
  home_id bigint not null references home,
  person_id bigint not null references person,
  community_id bigint not null references area,
  role text not null check (role in ('steward', 'backup', 'neighbour', 'keyHolder', 'emergencyContact')),
  relation text,
  holds_key boolean not null default false,
  position int not null default 1,
  primary key (home_id, person_id, role)
);
create index pairing_person on pairing (person_id);

create table login_session (
  token_hash bytea primary key,
  person_id bigint not null references person,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index login_session_person on login_session (person_id);

create table device (
  id bigint generated always as identity primary key,
  serial text not null unique,
  community_id bigint not null references area,
  home_id bigint not null references home,
  resident_id bigint references resident,
  kind text not null check (kind in ('button', 'curtain', 'co', 'gas', 'motion', 'tablet', 'gateway')),
  power text not null check (power in ('mains', 'battery')),
  secret_hash bytea not null,
  indoors boolean not null default true,
  lel_convention text not null default 'gb' check (lel_convention in ('gb', 'iec')),
  origin text not null default 'live' check (origin in ('live', 'drill', 'demo', 'replay')),
  out_of_service boolean not null default false,
  last_seen_at timestamptz,
  silent_at timestamptz,
  online boolean,
  battery double precision,
  flags jsonb not null default '{}',
  last_co double precision,
  last_co_at timestamptz,
  last_gas double precision,
  last_gas_at timestamptz,
  hot_at timestamptz,
  alarm_active jsonb not null default '{}'
);
comment on column device.secret_hash is 'SHA-256 of a random secret of at least 128 bits (ground.md: a slow hash would limit reconnects)';
comment on column device.silent_at is 'when this device counts as silent unless it speaks before: a deadline row, moved by every message; null once found';
comment on column device.hot_at is 'last sample above clean air: rules read the window of readings only for hot devices';
comment on column device.alarm_active is 'the detector''s own flags by kind, a level: {"co": true}';
create index device_home on device (home_id);
create index device_silent on device (silent_at) where silent_at is not null and not out_of_service;

create table message (
  device_id bigint not null,
  id text not null,
  kind text not null,
  boot text,
  seq bigint,
  device_time timestamptz,
  received_at timestamptz not null,
  body bytea,
  origin text not null,
  primary key (device_id, id)
);
comment on table message is 'every accepted message once: redelivery stops here. body is what was sent';
create index message_received on message (received_at);

create table refused_message (
  id bigint generated always as identity primary key,
  community_id bigint,
  device_id bigint,
  client text,
  topic text,
  reason text not null,
  detail text not null,
  received_at timestamptz not null,
  body bytea
);
comment on table refused_message is 'what could not be read or was not allowed, with its reason; shown to staff, bounded by the retention job';
create index refused_message_at on refused_message (received_at);

create table reading (
  at timestamptz not null,
  device_id bigint not null,
  kind text not null,
  value double precision not null,
  received_at timestamptz not null,
  home_id bigint not null,
  community_id bigint not null,
  flags int not null default 0,
  time_source text not null check (time_source in ('device', 'server')),
  origin text not null,
  primary key (device_id, kind, at)
);
comment on column reading.flags is 'bits: 1 warm-up, 2 test, 4 fault, 8 end of life, 16 muted, 32 tamper, 64 clamped';
comment on column reading.time_source is 'which clock `at` is from: the device''s if plausible (limits.ts), else received_at';
create index reading_home on reading (home_id, kind, at);

create table sign (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  community_id bigint not null,
  home_id bigint not null,
  device_id bigint,
  what text not null,
  indoors boolean not null,
  received_at timestamptz not null,
  time_source text not null,
  origin text not null
);
comment on table sign is 'a sign of life that is not a check-in: motion, door, water, power, an unbound press';
create index sign_home on sign (home_id, at desc);

create table check_in (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  resident_id bigint references resident,
  home_id bigint not null references home,
  pact_id bigint references pact,
  "on" date,
  at timestamptz not null,
  device_time timestamptz,
  received_at timestamptz not null,
  time_source text not null check (time_source in ('device', 'server')),
  via text not null check (via in ('button', 'curtain', 'web', 'phone', 'visit', 'proxy')),
  edge text not null default 'morning',
  late boolean not null default false,
  device_id bigint,
  message_id text,
  given_by bigint references person,
  seen_or_spoken text check (seen_or_spoken in ('seen', 'spoken')),
  place text,
  unreadable boolean not null default false,
  origin text not null,
  unique (device_id, message_id),
  check (via not in ('phone', 'visit', 'proxy') or (given_by is not null and seen_or_spoken is not null))
);
comment on column check_in."on" is 'the day of the pact that this press covers; null when it covers none';
comment on column check_in.late is 'after the deadline had been judged';
create index check_in_resident on check_in (resident_id, at desc);
create index check_in_day on check_in (community_id, "on");

create table incident (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  subject text not null default 'home' check (subject in ('home', 'group')),
  home_id bigint references home,
  resident_id bigint references resident,
  kind text not null check (kind in ('co', 'gas', 'smoke', 'sos', 'missed', 'device')),
  stage text not null check (stage in ('notice', 'warning', 'alarm', 'critical')),
  state text not null default 'open' check (state in ('open', 'handled', 'closed')),
  origin text not null check (origin in ('live', 'drill', 'demo', 'replay')),
  evidence jsonb not null,
  opened_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by bigint references person,
  step int not null default 0,
  due_at timestamptz,
  due_kind text,
  outcome text,
  note text,
  handled_at timestamptz,
  handled_by bigint references person,
  closed_at timestamptz,
  closed_by bigint references person,
  pact_id bigint references pact,
  "on" date,
  version int not null default 1,
  check (state <> 'open' or closed_at is null),
  check (state = 'open' or (outcome is not null and handled_by is not null) or kind = 'device' or (kind = 'missed' and stage = 'notice'))
);
comment on column incident.evidence is 'what opened and raised it, copied: the card stays true when the readings are gone';
comment on column incident.step is 'how far up the ladder of dispatch it has gone';
create unique index incident_one_open on incident (home_id, kind, coalesce(resident_id, 0), origin) where state = 'open';
create index incident_due on incident (due_at) where due_at is not null and state <> 'closed';
create index incident_community on incident (community_id, state);
create index incident_home on incident (home_id, opened_at desc);

create table condition (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  home_id bigint not null references home,
  resident_id bigint references resident,
  device_id bigint references device,
  kind text not null,
  stage text not null,
  state text not null check (state in ('unacknowledged', 'acknowledged', 'returnedUnacknowledged', 'latchedUnacknowledged', 'latchedAcknowledged', 'shelved', 'suppressed', 'outOfService', 'normal')),
  since timestamptz not null,
  last_at timestamptz not null,
  cleared_at timestamptz,
  evidence jsonb not null,
  incident_id bigint references incident,
  origin text not null
);
comment on column condition.state is 'ISA-18.2; normal rows are history';
create unique index condition_one on condition (home_id, kind, coalesce(device_id, 0), coalesce(resident_id, 0), origin) where state <> 'normal';
create index condition_incident on condition (incident_id);

create table assignment (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  incident_id bigint not null references incident,
  person_id bigint not null references person,
  role text not null check (role in ('steward', 'backup', 'neighbour', 'desk')),
  state text not null check (state in ('told', 'acknowledged', 'enRoute', 'onScene', 'done', 'declined', 'withdrawn')),
  told_at timestamptz not null,
  acknowledged_at timestamptz,
  departed_at timestamptz,
  arrived_at timestamptz,
  finding text,
  found_at timestamptz,
  done_at timestamptz,
  due_at timestamptz,
  due_kind text,
  unique (incident_id, person_id)
);
create index assignment_due on assignment (due_at) where due_at is not null;
create index assignment_person on assignment (person_id, state);

create table emergency_call (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  incident_id bigint not null references incident,
  number text not null check (number in ('119', '120', '110', 'gas')),
  person_id bigint references person,
  due_at timestamptz not null,
  overdue_at timestamptz,
  done_at timestamptz,
  done_by bigint references person,
  answer text,
  unique (incident_id, number)
);
create index emergency_call_due on emergency_call (due_at) where done_at is null;

create table telling (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  incident_id bigint not null references incident,
  person_id bigint not null references person,
  purpose text not null check (purpose in ('alarm', 'inform')),
  stage text not null,
  channel text,
  tried text[] not null default '{}',
  state text not null default 'due' check (state in ('due', 'sending', 'sent', 'confirmed', 'unreached', 'withdrawn')),
  due_at timestamptz not null,
  lease_until timestamptz,
  attempts int not null default 0,
  created_at timestamptz not null,
  sent_at timestamptz,
  confirmed_at timestamptz,
  problem text,
  origin text not null
);
comment on table telling is 'the outbox: written with the change, sent apart, retried; one row for each intention to tell one person';
comment on column telling.lease_until is 'database clock: whoever holds it is sending now';
create index telling_due on telling (due_at) where state in ('due', 'sending');
create index telling_incident on telling (incident_id);

create table page_presence (
  connection text primary key,
  person_id bigint not null references person,
  in_front boolean not null,
  sound boolean not null,
  proved_at timestamptz not null
);
comment on table page_presence is 'an open page counts as told only while in_front and sound were proved at most 30 s ago (safety 2)';
create index page_presence_person on page_presence (person_id);

create table timeline (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  incident_id bigint not null references incident,
  at timestamptz not null,
  what text not null,
  person_id bigint references person,
  detail jsonb not null default '{}'
);
comment on column timeline.person_id is 'who did it, or who was told; null is the service itself';
create index timeline_incident on timeline (incident_id, id);

create table device_command (
  id bigint generated always as identity primary key,
  community_id bigint not null,
  device_id bigint not null references device,
  kind text not null check (kind in ('remind', 'comfort', 'alarm', 'mute')),
  text text,
  incident_id bigint references incident,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  sent_at timestamptz,
  result text,
  result_at timestamptz
);
create index device_command_due on device_command (device_id) where sent_at is null;

create table community_log (
  community_id bigint primary key references area,
  epoch bigint not null default 1,
  head bigint not null default 0
);
comment on table community_log is 'the sequence of each community''s event log: allocated as the last statement of a transaction; a restore starts a new epoch';

create table event_log (
  community_id bigint not null,
  epoch bigint not null,
  seq bigint not null,
  at timestamptz not null,
  kind text not null check (kind in ('home', 'incident', 'ledger', 'staff', 'device', 'message')),
  ref_id bigint not null,
  primary key (community_id, epoch, seq)
);
comment on table event_log is 'says only that something changed: kinds and ids, never names or readings';
create index event_log_at on event_log (at);

create table ledger_signature (
  community_id bigint not null references area,
  "on" date not null,
  signed_by bigint not null references person,
  signed_at timestamptz not null,
  counts jsonb not null,
  primary key (community_id, "on")
);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  person_id bigint references person,
  what text not null,
  community_id bigint,
  home_id bigint,
  resident_id bigint,
  detail jsonb not null default '{}'
);
comment on table audit is 'who wrote what, and who looked at whose file';
create index audit_resident on audit (resident_id, at desc);

create table job_tick (
  name text primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  problem text
);
comment on table job_tick is 'the last run of each job: /api/health reads it, and a gap in it is our own blindness';

create table blind_interval (
  id bigint generated always as identity primary key,
  from_at timestamptz not null,
  until_at timestamptz not null,
  judge_after timestamptz not null,
  cause text not null
);
comment on table blind_interval is 'when the service itself could not see; nobody is judged for it before judge_after (safety 8)';

create table installation (
  singleton boolean primary key default true check (singleton),
  mode text not null check (mode in ('demo', 'real')),
  created_at timestamptz not null,
  server_secret bytea not null
);
