-- An hour for each weekday: a pact whose weekend is slower than its weekdays is still one pact.

alter table pact add column hours jsonb check (jsonb_typeof(hours) = 'object' and hours <> '{}');
comment on column pact.hours is 'HH:MM by ISO weekday, {"1": "08:00", ...}, where they differ; null: every one of days has the same hour, deadline';
comment on column pact.deadline is 'the hour of the next occurrence, the one of due_on';
