-- The rules that a community has made its own: a new version with each change, so that every judgement can be repeated.

create table rule_book (
  community_id bigint not null references area,
  version int not null check (version >= 1),
  layers jsonb not null,
  note text not null,
  created_at timestamptz not null,
  created_by bigint references person,
  primary key (community_id, version)
);
comment on table rule_book is 'never changed: the highest version is in force, the others say what was in force before';
comment on column rule_book.layers is 'what differs from the defaults: of the community, of each tier, of single homes (contract/rule-layers.ts)';
