-- Habits shift: whose pact no longer fits their mornings is looked at from time to time, and decided by staff.

alter table pact
  add column review_at timestamptz,
  add column unfit_since timestamptz;
comment on column pact.review_at is 'when the mornings are compared with what is agreed again; null: not yet';
comment on column pact.unfit_since is 'since when another hour is proposed and nobody has decided; null: it fits, or staff left it as it is';
create index pact_review on pact (review_at nulls first) where edge = 'morning' and not paused;
create index pact_unfit on pact (community_id, unfit_since) where unfit_since is not null;
