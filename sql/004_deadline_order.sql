-- At one shared deadline those who did not greet are found at once, without reading those who did and only roll on.
drop index pact_due;
create index pact_silent on pact (due_at) where not paused and covered_by is null;
create index pact_greeted on pact (due_at) where not paused and covered_by is not null;
