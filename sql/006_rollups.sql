-- Readings rolled up to minutes and hours, so that a month is a short question and no peak goes with its raw rows.

create table reading_minute (
  home_id bigint not null,
  kind text not null,
  at timestamptz not null,
  device_id bigint not null,
  flags int not null,
  origin text not null,
  community_id bigint not null,
  lowest double precision not null,
  highest double precision not null,
  highest_at timestamptz not null,
  average double precision not null,
  last double precision not null,
  last_at timestamptz not null,
  count int not null,
  primary key (home_id, kind, at, device_id, flags, origin)
);
comment on table reading_minute is 'one row a minute and kind of sample: a self-test or a drill never hides in the peak of a real one (safety 17)';
comment on column reading_minute.at is 'the beginning of the minute, UTC';
comment on column reading_minute.highest_at is 'the instant of the first highest value: a curve shows the peak where it was';

create table reading_hour (like reading_minute including comments);
alter table reading_hour add primary key (home_id, kind, at, device_id, flags, origin);
comment on table reading_hour is 'as reading_minute, one row an hour';
comment on column reading_hour.at is 'the beginning of the hour, UTC';

alter table device add column unrolled_from timestamptz;
comment on column device.unrolled_from is 'the earliest reading that no rollup has yet; rollups before its hour are complete. Written with the reading under the lock of the device, so that late data cannot slip past';

update device
set unrolled_from = (
  select min(r.at)
  from reading r
  where r.device_id = device.id
);

-- Where 002 made a hypertable: a chunk a day, as retention counts in days; late data (72 h) never meets a compressed
-- chunk; one home's curve reads its own segments only; and the index of a time alone, which nobody asks for, goes.
do $$
begin
  if to_regclass('timescaledb_information.hypertables') is null then
    return;
  end if;
  if not exists (select from timescaledb_information.hypertables where hypertable_schema = 'public' and hypertable_name = 'reading') then
    return;
  end if;
  perform set_chunk_time_interval('reading', interval '1 day');
  drop index if exists reading_at_idx;
  perform create_hypertable('reading_minute', 'at', chunk_time_interval => interval '1 day', create_default_indexes => false);
  if current_setting('timescaledb.license', true) is distinct from 'timescale' then
    return;
  end if;
  begin
    execute 'alter table reading set (timescaledb.compress, timescaledb.compress_segmentby = ''home_id, device_id, kind'', timescaledb.compress_orderby = ''at desc'')';
    perform remove_compression_policy('reading', if_exists => true);
    perform add_compression_policy('reading', interval '4 days');
    execute 'alter table reading_minute set (timescaledb.compress, timescaledb.compress_segmentby = ''home_id, kind'', timescaledb.compress_orderby = ''at desc, device_id, flags, origin'')';
    perform add_compression_policy('reading_minute', interval '4 days');
  exception
    when feature_not_supported then
      raise notice 'this TimescaleDB cannot change how readings are compressed; it stays as it is';
  end;
end
$$;
