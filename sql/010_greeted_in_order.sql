-- A slice of those who greeted begins behind the last one: to pass over what is rolled already grew with the square.
drop index pact_greeted;
create index pact_greeted on pact (due_at, id) where not paused and covered_by is not null;
