-- Many at once: one incident for one cause, with an incident of its own for each home in it. Nobody is hidden by it.

alter table incident add column cause text;
alter table incident add column folded_into bigint references incident on delete set null;
alter table incident add column joined_at timestamptz;
comment on column incident.cause is 'groups only: building:ID, gateway:ID, carrier:NAME, or ownOutage (we ourselves could not see, safety 8)';
comment on column incident.folded_into is 'the group it is a row of, or the danger in the air of the same home (safety 12): it is answered and closed on its own all the same';
comment on column incident.joined_at is 'when it became a row there: later than the group was opened is a newcomer, and is announced';
alter table incident add check (
  (subject = 'home' and home_id is not null and cause is null)
  or (subject = 'group' and home_id is null and cause is not null and kind in ('device', 'missed'))
);
alter table incident drop constraint incident_check1;
alter table incident add check (
  state = 'open'
  or (outcome is not null and handled_by is not null)
  or kind = 'device'
  or subject = 'group'
  or (kind = 'missed' and stage = 'notice')
);
create unique index incident_one_group on incident (community_id, kind, cause, origin) where subject = 'group' and state = 'open';
create index incident_folded on incident (folded_into) where folded_into is not null;

alter table device add column gateway_id bigint references device on delete set null;
alter table device add column carrier text;
comment on column device.gateway_id is 'the gateway through which it speaks, where that is known: what falls silent behind it has one cause';
comment on column device.carrier is 'whose network it speaks over, as on the SIM card, where that is known';
create index device_gateway on device (gateway_id) where gateway_id is not null;
