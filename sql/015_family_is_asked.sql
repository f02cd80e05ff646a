-- Family is asked together with the neighbour; and a ladder that is still asking waits for its own due row.
alter table assignment drop constraint assignment_role_check;
alter table assignment add constraint assignment_role_check
  check (role in ('steward', 'backup', 'neighbour', 'family', 'desk'));
comment on column incident.step is 'how far up the ladder of dispatch it has gone; -1 while nobody is sent yet and those around are asked';
