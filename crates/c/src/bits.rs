//! Turning bits round. Compilers put the instruction in place; these are for a program that takes the address.

macro_rules! rotations {
    ($($name:ident $type:ty, $turn:ident;)*) => {$(
        /// Turns the bits round, as the name says.
        #[unsafe(no_mangle)]
        extern "C" fn $name(value: $type, shift: i32) -> $type {
            value.$turn(shift.cast_unsigned() % <$type>::BITS)
        }
    )*};
}

rotations! {
    _rotl u32, rotate_left;
    _rotr u32, rotate_right;
    _rotl64 u64, rotate_left;
    _rotr64 u64, rotate_right;
}
