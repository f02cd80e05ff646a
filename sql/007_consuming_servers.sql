-- Which servers share the external broker: one without MQTT_URL must not be counted when its devices are dealt out.

alter table server add column consumes boolean not null default false;
comment on column server.consumes is 'takes its share of shard_lease (MQTT_URL is set)';
