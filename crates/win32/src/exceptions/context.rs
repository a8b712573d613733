//! The registers of a thread, as Linux and as Windows have them.

use windows_sys::Win32::System::Diagnostics::Debug::CONTEXT;

/// A context at the alignment that C gives it.
#[repr(C, align(16))]
pub(crate) struct Context(pub(crate) CONTEXT);

#[cfg(target_arch = "x86_64")]
mod machine {
    use windows_sys::Win32::System::Diagnostics::Debug::{CONTEXT, XSAVE_FORMAT};

    /// CONTEXT_FULL with the segments.
    const ALL: u32 = 0x10_000F;

    /// Where each general register stands in Linux' list and in the structure.
    macro_rules! registers {
        ($($linux:ident $windows:ident),*) => {
            pub(crate) fn from_linux(linux: &libc::ucontext_t) -> CONTEXT {
                let machine = &linux.uc_mcontext;
                let register = |number: i32| machine.gregs[number as usize].cast_unsigned();
                let selectors = register(libc::REG_CSGSFS);
                let mut context = CONTEXT {
                    ContextFlags: ALL,
                    EFlags: register(libc::REG_EFL) as u32,
                    SegCs: selectors as u16,
                    SegGs: (selectors >> 16) as u16,
                    SegFs: (selectors >> 32) as u16,
                    SegSs: (selectors >> 48) as u16,
                    $($windows: register(libc::$linux),)*
                    ..Default::default()
                };
                if !machine.fpregs.is_null() {
                    // SAFETY: the system points at the state of the floating-point unit, in the format of FXSAVE, which
                    // is that of the structure and 512 bytes long.
                    let state = unsafe { machine.fpregs.cast::<XSAVE_FORMAT>().read_unaligned() };
                    context.MxCsr = state.MxCsr;
                    context.Anonymous.FltSave = state;
                }
                context
            }

            pub(crate) fn to_linux(context: &CONTEXT, linux: &mut libc::ucontext_t) {
                let machine = &mut linux.uc_mcontext;
                $(machine.gregs[libc::$linux as usize] = context.$windows.cast_signed();)*
                machine.gregs[libc::REG_EFL as usize] = i64::from(context.EFlags);
                if !machine.fpregs.is_null() {
                    // SAFETY: as in `from_linux`; the member was set there, and any bytes are a value of it.
                    unsafe {
                        let mut state = context.Anonymous.FltSave;
                        state.MxCsr = context.MxCsr;
                        machine.fpregs.cast::<XSAVE_FORMAT>().write_unaligned(state);
                    }
                }
            }
        };
    }

    registers!(
        REG_RAX Rax, REG_RBX Rbx, REG_RCX Rcx, REG_RDX Rdx, REG_RSI Rsi, REG_RDI Rdi, REG_RBP Rbp,
        REG_RSP Rsp, REG_R8 R8, REG_R9 R9, REG_R10 R10, REG_R11 R11, REG_R12 R12, REG_R13 R13,
        REG_R14 R14, REG_R15 R15, REG_RIP Rip
    );

    pub(crate) fn instruction(context: &CONTEXT) -> usize {
        context.Rip as usize
    }

    pub(crate) fn stack(context: &CONTEXT) -> usize {
        context.Rsp as usize
    }

    pub(crate) fn set_instruction(context: &mut CONTEXT, address: usize) {
        context.Rip = address as u64;
    }
}

#[cfg(target_arch = "aarch64")]
mod machine {
    use windows_sys::Win32::System::Diagnostics::Debug::CONTEXT;

    /// CONTEXT_FULL without the vector registers.
    const ALL: u32 = 0x40_0003;

    pub(crate) fn from_linux(linux: &libc::ucontext_t) -> CONTEXT {
        let machine = &linux.uc_mcontext;
        let mut context = CONTEXT {
            ContextFlags: ALL,
            Cpsr: machine.pstate as u32,
            Sp: machine.sp,
            Pc: machine.pc,
            ..Default::default()
        };
        context.Anonymous.X = machine.regs;
        context
    }

    pub(crate) fn to_linux(context: &CONTEXT, linux: &mut libc::ucontext_t) {
        let machine = &mut linux.uc_mcontext;
        // SAFETY: both members of the union are 31 integers.
        machine.regs = unsafe { context.Anonymous.X };
        machine.sp = context.Sp;
        machine.pc = context.Pc;
        machine.pstate = context.Cpsr.into();
    }

    pub(crate) fn instruction(context: &CONTEXT) -> usize {
        context.Pc as usize
    }

    pub(crate) fn stack(context: &CONTEXT) -> usize {
        context.Sp as usize
    }

    pub(crate) fn set_instruction(context: &mut CONTEXT, address: usize) {
        context.Pc = address as u64;
    }
}

pub(crate) use machine::{from_linux, instruction, set_instruction, stack, to_linux};

/// The context of the caller.
#[inline(always)]
pub(crate) fn here() -> Context {
    // SAFETY: integers and pointers: all zero is a value.
    let mut linux: libc::ucontext_t = unsafe { std::mem::zeroed() };
    // SAFETY: `linux` is of this frame.
    unsafe { libc::getcontext(&mut linux) };
    Context(from_linux(&linux))
}
