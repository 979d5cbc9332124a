-- Up Migration

-- Undoes the statement that it is called in unless a condition holds, so that a statement can write first and look afterwards, when it has
-- its locks. The error code is ours: whoever gets it decides anew.
create function must_hold(condition boolean) returns boolean language plpgsql as $$
begin
  if condition is not true then
    raise exception 'overtaken by another change' using errcode = 'AH001';
  end if;
  return true;
end
$$;

-- Down Migration

drop function must_hold;
