-- Where TimescaleDB is available, readings become a hypertable; compression needs its full licence (0A000 elsewhere).
do $$
begin
  if not exists (select from pg_available_extensions where name = 'timescaledb') then
    return;
  end if;
  create extension if not exists timescaledb;
  perform create_hypertable('reading', 'at', chunk_time_interval => interval '7 days', migrate_data => true);
  if current_setting('timescaledb.license', true) = 'timescale' then
    execute 'alter table reading set (timescaledb.compress, timescaledb.compress_segmentby = ''device_id, kind'', timescaledb.compress_orderby = ''at desc'')';
    perform add_compression_policy('reading', interval '14 days');
  end if;
exception
  when insufficient_privilege or feature_not_supported then
    raise notice 'TimescaleDB is present but cannot be used here; readings stay a plain table';
end
$$;
