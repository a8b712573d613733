use crate::error::WsaError;
pub(crate) fn look_up(_s: usize) -> Result<(), WsaError> { Ok(()) }
pub(crate) fn close_all() {}
