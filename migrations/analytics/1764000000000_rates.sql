-- Up Migration

create table rates (
  currency varchar(8) not null,
  day date not null,
  per_eur numeric not null check (per_eur > 0),
  primary key (currency, day)
);

comment on table rates is 'Reference rates of the European Central Bank, on its working days. The euro itself is not in it.';
comment on column rates.per_eur is 'Units of the currency for one euro.';

grant select on rates to analytics_api;
grant select, insert, update on rates to analytics_loader;

-- Down Migration

drop table rates;
