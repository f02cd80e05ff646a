-- Nobody is asked later than the longest silence allows, and an absence speaks up by itself: both are deadlines in rows.

alter table pact add column agreed_at timestamptz;
comment on column pact.agreed_at is 'the hour that was agreed for due_on, where due_at is earlier because the silence would become too long; else null';

alter table absence add column look_at timestamptz;
comment on column absence.look_at is 'when it asks something of a human next: whether they have left, whether it goes on; null: nothing more';
create index absence_look on absence (look_at) where look_at is not null and ended_at is null;

-- What was declared before this asks nothing about a departure long ago: it reminds on the evening before its end.
update absence a
set look_at = (a.until_on - 1 + time '18:00') at time zone coalesce(community.zone, 'Asia/Shanghai')
from area community
where community.id = a.community_id
  and a.ended_at is null;
