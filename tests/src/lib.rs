//! Stories at the boundary, through both front doors.
