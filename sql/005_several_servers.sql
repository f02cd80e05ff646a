-- Several servers on one database: who lives, which of them a device is connected to, and work that ends with its worker.

create table server (
  id bigint generated always as identity primary key,
  label text not null,
  started_at timestamptz not null,
  lease_until timestamptz not null
);
comment on table server is 'one row a process: what it holds (tellings, shards of an external broker) is free for others when its lease has run out';
comment on column server.lease_until is 'database clock; renewed on a connection of its own, so that load cannot look like death';

alter table device add column connection text;
comment on column device.connection is 'server/connection over which it came last; only the end of that one says that the device is gone, for it may have moved to another server meanwhile';

alter table telling add column lease_by bigint;
comment on column telling.lease_by is 'the server that is sending; when that server is dead the lease is void';

create table shard_lease (
  shard_group text primary key check (shard_group ~ '^[0-9a-f]$'),
  server_id bigint,
  token bigint not null default 0
);
comment on table shard_lease is 'external broker: which server consumes the devices whose shard begins with this digit';
comment on column shard_lease.token is 'fencing: counts up with every change of hands, and is checked in the transaction that stores';

create unlogged table sign_in_try (
  key bytea primary key,
  window_from timestamptz not null,
  tries int not null
);
comment on table sign_in_try is 'wrong passwords per login and per address (hashed), so that several servers count as one; forgotten by a crash of the database';

-- Whoever holds the connection of the device hears of its command at once, not with its next tick.
create function tell_device_command() returns trigger language plpgsql as $$
begin
  perform pg_notify('cp_command', '');
  return null;
end
$$;
create trigger device_command_told after insert on device_command
for each statement execute function tell_device_command();
