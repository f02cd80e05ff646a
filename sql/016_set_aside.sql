-- What the desk has set aside: shelved for minutes, or out of service under repair; who did it, why, and until when.

create table set_aside (
  id bigint generated always as identity primary key,
  community_id bigint not null references area,
  condition_id bigint not null references condition on delete cascade,
  how text not null check (how in ('shelved', 'outOfService')),
  reason text not null,
  by_id bigint not null references person,
  at timestamptz not null,
  until_at timestamptz not null,
  ended_at timestamptz,
  ended_by bigint references person,
  check (until_at > at)
);
comment on table set_aside is 'equipment that rings nobody for a while, by a decision of the desk; a danger is never among it (safety 11)';
comment on column set_aside.until_at is 'shelved: it ends by itself then; out of service: when somebody must look again, and nothing ends by itself';
comment on column set_aside.ended_by is 'null while it lasts, and where it ended by itself';
create unique index set_aside_one on set_aside (condition_id) where ended_at is null;
create index set_aside_due on set_aside (until_at) where ended_at is null and how = 'shelved';

alter table condition add column came_back timestamptz[] not null default '{}';
comment on column condition.came_back is 'when it was there again after it had cleared, the newest fifty: three within a minute are chattering (ISA-18.2)';
