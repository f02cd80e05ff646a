-- Each server process says up to when it has stored everything it heard: nobody is judged beyond what all of them saw.

create table server_beat (
  process uuid primary key,
  seen_until timestamptz not null,
  lease_until timestamptz not null,
  left_at timestamptz
);
comment on column server_beat.seen_until is 'all that this process received before is committed; by the clock of the service';
comment on column server_beat.lease_until is 'database clock: a process that lets it run out was killed or frozen, and is counted as our own blindness';
comment on column server_beat.left_at is 'it was stopped in order; the row stays until the next beat of another, as the end of what was seen';
