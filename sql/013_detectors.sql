-- Detectors that must be judged again though they say nothing; what they sense with; their batteries; their own silence.

create table air_due (
  device_id bigint primary key references device on delete cascade,
  due_at timestamptz not null
);
create index air_due_soonest on air_due (due_at);
comment on table air_due is 'when the same samples of this detector mean more, should none follow: written with each judgement of it, under the lock of its device';

create table sensing_element (
  device_id bigint primary key references device on delete cascade,
  mark text not null,
  since timestamptz not null,
  swapped_at timestamptz
);
comment on table sensing_element is 'what a detector senses with, as it says itself: another mark is another sensor, which cannot say that the air is clean again (safety 5)';
comment on column sensing_element.swapped_at is 'when it last became another one; null while it is the first that was heard of';

create table battery_charge (
  device_id bigint not null references device on delete cascade,
  at timestamptz not null,
  percent double precision not null,
  primary key (device_id, at)
);
comment on table battery_charge is 'one value a day of each battery: from these it is foreseen when it will be low';

alter table device add column silent_after_ms int;
comment on column device.silent_after_ms is 'after how long without a word it counts as silent, where the rules of its community say otherwise than the defaults; null: the defaults';
