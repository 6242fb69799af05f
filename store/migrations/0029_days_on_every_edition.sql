-- A platform before this one would store late readings on a community server without a word in rollup_changes, and drop
-- readings without saying so.
--! breaking-change

-- Which form the kept days of a kind have (store/kept-days.ts): 1 had no usage, and is made anew at the next start.
alter table rollup_state add column form smallint not null default 1;
