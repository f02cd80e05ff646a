-- Whose home a curve is of says its devices: a second index of every reading was a quarter of what storing it cost.

drop index if exists reading_home;
