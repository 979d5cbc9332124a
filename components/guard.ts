/**
 * Options of a resource that holds what cannot be made again: Pulumi refuses to delete or replace it; and should somebody take that guard
 * away and then the resource out of the program, it is left as it is in AWS.
 */
export const guarded = (on: boolean): { protect: boolean; retainOnDelete: boolean } => ({
  protect: on,
  retainOnDelete: on,
});
